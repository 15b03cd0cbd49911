/**
 * What all processes of an installation agree on: the data folder, the install id, addresses and ports. Values only.
 */
@NullMarked
package dev.carrel.chassis.site;

import org.jspecify.annotations.NullMarked;
