/**
 * Spring Boot's data source, made by Weir, with its meters and its health. An application needs no
 * more than the starter among its dependencies.
 */
@NullMarked
package dev.weir.spring;

import org.jspecify.annotations.NullMarked;
