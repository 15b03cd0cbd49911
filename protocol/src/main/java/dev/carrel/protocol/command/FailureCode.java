/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

/** Why the manager could not do what was asked. */
public enum FailureCode {
    /** The policy does not list the image. */
    IMAGE_NOT_ALLOWED,
    /** The image is not on this machine and may not or could not be pulled. */
    IMAGE_MISSING,
    /** A wanted limit lies above the policy's. */
    LIMIT_EXCEEDED,
    /** There is no such container. */
    NOT_FOUND,
    /** The Docker engine does not answer. */
    DOCKER_UNAVAILABLE,
    /** The Docker engine refused. */
    DOCKER_FAILED,
    /** No room: disk, memory, addresses, or too many commands at once. */
    NO_RESOURCES,
    /** The home could not be prepared. */
    HOME_FAILED,
    /** The command is malformed, expired, replayed or not allowed. */
    REJECTED,
    /** The deadline passed before an answer came; the command may still take effect. */
    TIMEOUT,
    /** The manager cannot be reached. */
    MANAGER_UNAVAILABLE,
    /** A fault of ours. */
    INTERNAL
}
