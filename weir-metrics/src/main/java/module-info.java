/** What a pool tells, as Micrometer meters, as a JMX bean, and as Flight Recorder events. */
@SuppressWarnings("requires-transitive-automatic")
module dev.weir.metrics {
  requires static org.jspecify;
  requires java.management;
  requires jdk.jfr;
  requires transitive dev.weir.pool;
  requires transitive micrometer.core;

  exports dev.weir.metrics;

  // The recorder makes the setting of an event, which is nobody else's business.
  opens dev.weir.metrics to
      jdk.jfr;
}
