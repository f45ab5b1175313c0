package dev.weir.pool.internal.open;

/** Why the last try to open failed, and when. */
public record OpenFailure(Throwable cause, long at) {}
