/**
 * The numbers of docs/performance.md: each measured side by side with its peer in one run on one machine, pair by pair, as medians and ratios.
 * Nothing imports this package; it drives a built distribution from outside.
 */
@NullMarked
package dev.carrel.benchmarks;

import org.jspecify.annotations.NullMarked;
