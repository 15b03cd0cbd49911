/* Copyright the Carrel authors. */
package dev.carrel.protocol.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.Result;

/** The body of an envelope. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Message.Request.class, name = "request"),
    @JsonSubTypes.Type(value = Message.Progress.class, name = "progress"),
    @JsonSubTypes.Type(value = Message.Reply.class, name = "reply"),
    @JsonSubTypes.Type(value = Message.Notice.class, name = "notice"),
})
public sealed interface Message {
    /** A client asks. */
    record Request(Command command) implements Message {}

    /**
     * A long command is under way; carries the request's id.
     *
     * @param percent 0 to 100, never falling
     * @param text one plain sentence
     */
    record Progress(int percent, String text) implements Message {}

    /** The one final answer; carries the request's id. */
    record Reply(Result result) implements Message {}

    /** Something happened; carries an id of its own. */
    record Notice(Event event) implements Message {}
}
