package dev.weir.gateway.ledger;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import org.jspecify.annotations.Nullable;

/**
 * How full the heap of this JVM is. A heap is used up to its limit before it is collected, so what
 * is in use says little; what was left by the last collection of each part is what is needed. Until
 * there was one, that is nothing.
 */
final class JvmHeap {
  private JvmHeap() {}

  static Reading.@Nullable Use read() {
    long limit = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax();
    if (limit <= 0) {
      return null;
    }
    long left = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage afterCollection = pool.getCollectionUsage();
      if (pool.getType() == MemoryType.HEAP && afterCollection != null) {
        left += Math.min(afterCollection.getUsed(), pool.getUsage().getUsed());
      }
    }
    return new Reading.Use(left, limit);
  }
}
