package dev.weir.bench.pools.contender;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What two compare-and-sets cost, one to take an object and one to give it back, with nothing
 * around them: no pool that lets nobody have what another holds, and nobody give back twice, can do
 * with less.
 */
final class CasPair implements RacingPool {
  /** Words are that far apart, so that no two share a line, nor a pair of lines. */
  private static final int APART = 32;

  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final long LENT = 1;

  private final long[] words;
  private final Integer[] places;

  CasPair(Setup setup) {
    words = new long[(setup.size() + 1) * APART];
    places = new Integer[setup.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = (i + 1) * APART;
    }
  }

  @Override
  public Object acquire() {
    int first = (int) (Thread.currentThread().threadId() % places.length);
    for (int i = 0; i < places.length; i++) {
      Integer place = places[(first + i) % places.length];
      long seen = (long) WORDS.getVolatile(words, place.intValue());
      if ((seen & LENT) == 0 && WORDS.compareAndSet(words, place.intValue(), seen, seen + LENT)) {
        return place;
      }
    }
    throw new IllegalStateException("more callers than objects");
  }

  @Override
  public void release(Object held) {
    int place = (Integer) held;
    long seen = (long) WORDS.getVolatile(words, place);
    if (!WORDS.compareAndSet(words, place, seen, seen + LENT)) {
      throw new IllegalStateException("given back by somebody else");
    }
  }

  @Override
  public void close() {}
}
