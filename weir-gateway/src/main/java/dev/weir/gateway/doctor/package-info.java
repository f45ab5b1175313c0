/**
 * What is wrong with this machine, or with a configuration on it, before a gateway is started: each
 * check gives {@linkplain dev.weir.gateway.doctor.Finding findings}. {@link
 * dev.weir.gateway.doctor.Doctor} is the door.
 */
@NullMarked
package dev.weir.gateway.doctor;

import org.jspecify.annotations.NullMarked;
