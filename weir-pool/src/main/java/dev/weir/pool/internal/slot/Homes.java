package dev.weir.pool.internal.slot;

/**
 * Where a thread begins to look for a free slot: by a hash of its id, not by a thread-local. It is
 * the same for platform and virtual threads, leaves nothing behind in them, and costs one
 * multiplication.
 */
public final class Homes<C> {
  private static final int GOLDEN = 0x9E37_79B9;

  /** Threads that run at a time should seldom meet; more would only cost memory. */
  private static final int HOMES_PER_CPU = 16;

  private final Home<C>[] homes;
  private final int shift;

  /**
   * @param now the time before which nobody comes home
   */
  public Homes(long now) {
    int wanted = HOMES_PER_CPU * Runtime.getRuntime().availableProcessors();
    int bits = 32 - Integer.numberOfLeadingZeros(wanted - 1);
    shift = 32 - bits;
    homes = array(1 << bits);
    for (int i = 0; i < homes.length; i++) {
      homes[i] = new Home<>(now);
    }
  }

  /** The home of a thread. */
  public Home<C> of(Thread thread) {
    return homes[hash(thread.getId()) >>> shift];
  }

  /** A place from 0 to {@code length - 1} for the calling thread. */
  public static int place(int length) {
    return place(Thread.currentThread().getId(), length);
  }

  static int place(long threadId, int length) {
    return (int) (((hash(threadId) & 0xFFFF_FFFFL) * length) >>> 32);
  }

  private static int hash(long threadId) {
    return (int) threadId * GOLDEN;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  private static <C> Home<C>[] array(int length) {
    return (Home<C>[]) new Home[length];
  }
}
