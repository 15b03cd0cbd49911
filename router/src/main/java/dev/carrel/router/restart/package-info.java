/**
 * How one router process takes the place of another without a connection dropped: {@link dev.carrel.router.restart.Takeover} is the new one's side,
 * {@link dev.carrel.router.restart.Handover} the old one's. They speak lines over a Unix socket in the router's folder, which only its user can open.
 */
@NullMarked
package dev.carrel.router.restart;

import org.jspecify.annotations.NullMarked;
