/** From a command to a running session: its home, its address, and what its container has beside what every container of ours has. */
@NullMarked
package dev.carrel.manager.session;

import org.jspecify.annotations.NullMarked;
