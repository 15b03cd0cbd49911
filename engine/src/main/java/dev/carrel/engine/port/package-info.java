/** Named ports of sessions: an application in a session is reached under a name, by its owner and by those with whom the owner shares it. */
@NullMarked
package dev.carrel.engine.port;

import org.jspecify.annotations.NullMarked;
