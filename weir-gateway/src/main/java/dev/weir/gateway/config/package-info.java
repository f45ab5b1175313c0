/**
 * What an operator may set: immutable records, each option declared once by {@link
 * dev.weir.pool.Option}, and the reader that fills them from one YAML file.
 *
 * <p>A leaf: it knows no other package of the gateway. {@link dev.weir.gateway.config.ConfigReader}
 * is its door; it reports everything that is wrong at once, each error with its line.
 */
@NullMarked
package dev.weir.gateway.config;

import org.jspecify.annotations.NullMarked;
