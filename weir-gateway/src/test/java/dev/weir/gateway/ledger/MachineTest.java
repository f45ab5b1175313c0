package dev.weir.gateway.ledger;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.ledger.Reading.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link Machine} makes of files as a kernel would write them. */
class MachineTest {
  private static final long GIB = 1L << 30;

  @TempDir private Path root;

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Reading read() {
    return new Machine(root, () -> null, () -> null).read();
  }

  private void limits(String processes, String files) throws IOException {
    file(
        "proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max cpu time              unlimited            unlimited            seconds
        Max processes             %s                96365                processes
        Max open files            %s                20000                files
        """
            .formatted(processes, files));
  }

  @Test
  void whereNothingTellsEverythingIsUnknown() {
    assertThat(read().uses()).isEmpty();
  }

  @Test
  void filesOfOtherContentAreUnknownToo() throws Exception {
    file("proc/self/limits", "Max open files");
    file("proc/self/fd/0", "");
    file("proc/loadavg", "nonsense");
    file("proc/meminfo", "MemTotal: much\n");
    file("proc/self/cgroup", "0::/../../../etc\n0::nonsense\nnonsense\n");
    file("etc/pids.current", "9\n");
    file("etc/pids.max", "10\n");
    assertThat(read().uses()).isEmpty();
  }

  @Test
  void descriptorsAreCountedAgainstTheSoftLimit() throws Exception {
    limits("100", "256");
    for (int descriptor = 0; descriptor < 7; descriptor++) {
      file("proc/self/fd/" + descriptor, "");
    }
    assertThat(read().of(Resource.DESCRIPTORS)).isEqualTo(new Use(7, 256));
  }

  @Test
  void descriptorsWithoutLimitAreUnknown() throws Exception {
    limits("100", "unlimited");
    file("proc/self/fd/0", "");
    assertThat(read().of(Resource.DESCRIPTORS)).isNull();
  }

  @Test
  void whereThereIsNoProcDescriptorsAreAskedForElsewhere() {
    var machine = new Machine(root, () -> new Use(3, 10), () -> null);
    assertThat(machine.read().of(Resource.DESCRIPTORS)).isEqualTo(new Use(3, 10));
  }

  @Test
  void numbersThatCannotBeAreUnknown() {
    var machine = new Machine(root, () -> new Use(-1, 10), () -> new Use(5, 0));
    assertThat(machine.read().uses()).isEmpty();
  }

  @Test
  void theNearestOfSeveralLimitsOnProcessesCounts() throws Exception {
    file("proc/loadavg", "6.15 4.71 2.57 3/400 12345\n");
    file("proc/sys/kernel/pid_max", "32768\n");
    file("proc/sys/kernel/threads-max", "1000\n");
    assertThat(read().of(Resource.PROCESSES)).isEqualTo(new Use(400, 1000));
    file("proc/self/cgroup", "0::/weir.slice/weir.service\n");
    file("sys/fs/cgroup/weir.slice/weir.service/pids.current", "50\n");
    file("sys/fs/cgroup/weir.slice/weir.service/pids.max", "max\n");
    file("sys/fs/cgroup/weir.slice/pids.current", "90\n");
    file("sys/fs/cgroup/weir.slice/pids.max", "100\n");
    assertThat(read().of(Resource.PROCESSES)).isEqualTo(new Use(90, 100));
  }

  @Test
  void theTasksOfTheUserCountAgainstTheUsersLimitButNotThoseOfOthers() throws Exception {
    file("proc/loadavg", "0 0 0 1/60 1\n");
    limits("100", "256");
    file("proc/self/status", "Name:\tjava\nUid:\t1000\t1000\t1000\t1000\nThreads:\t30\n");
    file("proc/10/status", "Uid:\t1000\t1000\t1000\t1000\nThreads:\t30\n");
    file("proc/11/status", "Uid:\t1000\t1000\t1000\t1000\nThreads:\t5\n");
    file("proc/12/status", "Uid:\t33\t33\t33\t33\nThreads:\t20\n");
    assertThat(read().of(Resource.PROCESSES)).isEqualTo(new Use(35, 100));
  }

  @Test
  void theSuperuserHasNoLimitOnProcesses() throws Exception {
    file("proc/loadavg", "0 0 0 1/99 1\n");
    limits("100", "256");
    file("proc/self/status", "Uid:\t0\t0\t0\t0\n");
    assertThat(read().of(Resource.PROCESSES)).isNull();
  }

  @Test
  void memoryIsWhatTheMachineCannotGiveAnyMore() throws Exception {
    file("proc/meminfo", "MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable:  2097152 kB\n");
    assertThat(read().of(Resource.MEMORY)).isEqualTo(new Use(6 * GIB, 8 * GIB));
  }

  @Test
  void aContainersLimitCountsWhenItIsNearerAndFileCacheIsNotInUse() throws Exception {
    file("proc/meminfo", "MemTotal:  8388608 kB\nMemAvailable:  7340032 kB\n");
    file("proc/self/cgroup", "0::/\n");
    file("sys/fs/cgroup/memory.max", GIB + "\n");
    file("sys/fs/cgroup/memory.current", GIB * 9 / 10 + "\n");
    file("sys/fs/cgroup/memory.stat", "anon 5\ninactive_file 1000\nactive_file 2000\n");
    assertThat(read().of(Resource.MEMORY)).isEqualTo(new Use(GIB * 9 / 10 - 3000, GIB));
  }

  @Test
  void controlGroupsOfVersion1AreReadEachInItsOwnTree() throws Exception {
    file("proc/self/cgroup", "5:cpu,cpuacct:/weir\n4:memory:/weir\n3:pids:/weir\n0::/\n");
    file("proc/meminfo", "MemTotal:  8388608 kB\nMemAvailable:  7340032 kB\n");
    file("sys/fs/cgroup/memory/weir/memory.limit_in_bytes", GIB + "\n");
    file("sys/fs/cgroup/memory/weir/memory.usage_in_bytes", GIB * 9 / 10 + "\n");
    file(
        "sys/fs/cgroup/memory/weir/memory.stat",
        "inactive_file 1\nactive_file 1\ntotal_inactive_file 1000\ntotal_active_file 2000\n");
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    file("sys/fs/cgroup/memory/memory.usage_in_bytes", 7 * GIB + "\n");
    file("sys/fs/cgroup/pids/weir/pids.current", "90\n");
    file("sys/fs/cgroup/pids/weir/pids.max", "100\n");
    assertThat(read().of(Resource.MEMORY)).isEqualTo(new Use(GIB * 9 / 10 - 3000, GIB));
    assertThat(read().of(Resource.PROCESSES)).isEqualTo(new Use(90, 100));
  }

  @Test
  void aContainerThatIsNamedFromOutsideIsReadWhereItIsMounted() throws Exception {
    file("proc/self/cgroup", "4:memory:/docker/1f2e\n");
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", GIB + "\n");
    file("sys/fs/cgroup/memory/memory.usage_in_bytes", GIB / 2 + "\n");
    assertThat(read().of(Resource.MEMORY)).isEqualTo(new Use(GIB / 2, GIB));
  }

  @Test
  void whatIsNotLimitedInAGroupIsLimitedByTheMachine() throws Exception {
    file("proc/self/cgroup", "4:memory:/\n3:pids:/\n");
    file("proc/meminfo", "MemTotal:  8388608 kB\nMemAvailable:  7340032 kB\n");
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    file("sys/fs/cgroup/memory/memory.usage_in_bytes", 7 * GIB + "\n");
    file("sys/fs/cgroup/pids/pids.current", "90\n");
    assertThat(read().of(Resource.MEMORY)).isEqualTo(new Use(GIB, 8 * GIB));
    assertThat(read().of(Resource.PROCESSES)).isNull();
  }

  @Test
  void whatACollectionLeavesOfTheHeapIsInUse() {
    await()
        .until(
            () -> {
              System.gc();
              Use heap = Machine.here().read().of(Resource.HEAP);
              return heap != null && heap.used() > 0;
            });
  }

  @Test
  void thisMachineCanBeRead() {
    Reading here = Machine.here().read();
    assertThat(here.of(Resource.HEAP)).isNotNull();
    here.uses().values().forEach(use -> assertThat(use.used()).isBetween(0L, use.limit()));
  }
}
