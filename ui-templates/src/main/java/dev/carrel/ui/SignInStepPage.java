/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * A step of another way to sign in.
 *
 * @param step what the plugin shows
 */
public record SignInStepPage(Frame frame, PluginSection step) implements View {}
