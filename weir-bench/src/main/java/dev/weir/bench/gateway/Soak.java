package dev.weir.bench.gateway;

import java.util.Map;

/**
 * What a soak has found.
 *
 * @param start before, with nothing open
 * @param peak the most of each in between
 * @param end when all had time to end
 * @param samples by second
 * @param churn what clients did
 * @param heapBefore bytes of objects that could be reached
 * @param heapAfter likewise
 */
record Soak(
    Census start,
    Census peak,
    Census end,
    Map<Double, Census> samples,
    Churn churn,
    long heapBefore,
    long heapAfter) {}
