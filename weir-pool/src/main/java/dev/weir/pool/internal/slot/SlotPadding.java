package dev.weir.pool.internal.slot;

/**
 * Keeps what is written often on one core off the cache lines of its neighbours: 120 bytes before
 * the first field of a subclass, which also cover processors that fetch lines in pairs.
 */
@SuppressWarnings("UnusedVariable") // it is their size that counts
abstract class SlotPadding {
  private long p00;
  private long p01;
  private long p02;
  private long p03;
  private long p04;
  private long p05;
  private long p06;
  private long p07;
  private long p08;
  private long p09;
  private long p10;
  private long p11;
  private long p12;
  private long p13;
  private long p14;
}
