/**
 * The container-manager process: takes commands from pinned clients, carries them out within its policy, tells what happens to containers. Started
 * by the launcher with {@link dev.carrel.manager.ManagerProcess}. Commands run on virtual threads, one each.
 */
@NullMarked
package dev.carrel.manager;

import org.jspecify.annotations.NullMarked;
