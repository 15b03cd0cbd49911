/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Functions in the database. Thread-safe; every method throws {@link dev.carrel.engine.store.StoreException}. */
public interface FunctionStore {
    /** The function, if there is one. What was published for an account that is gone belongs to no later one of its name. */
    Optional<FunctionHead> find(FunctionId function);

    /** Those of an owner, by name. */
    List<FunctionHead> of(UserName owner);

    /** Those of everybody, by owner and name. */
    List<FunctionHead> all();

    /**
     * Functions of others whose active version names this user, by owner and name. Who was named a moment ago, or by a list of nearly a hundred names, may
     * still be; so whoever tells a person of them looks at the version.
     *
     * @param most how many at most, up to 1000
     */
    List<FunctionId> sharedWith(UserName user, int most);

    /** A version with all that belongs to it. */
    Optional<FunctionVersion> version(FunctionId function, long number);

    /** What is told of its versions in lists, newest first. */
    List<VersionNote> versions(FunctionHead function);

    /**
     * Reads a function, lets the decision be made, and writes what was decided, all or nothing. When somebody else was faster, all of it is done again, so
     * the decision must do nothing but decide. What it throws is passed on. A decision that changes nothing writes nothing.
     *
     * @throws dev.carrel.engine.signin.Refusal unknown, when the owner has no account
     */
    Changed change(FunctionId function, Decision decision);

    /** Functions whose active version wants workers even when nobody calls. May not know of the changes of the last moments. */
    Set<FunctionId> warm();

    /** Changes that were written at or after some moment by the clock of whoever wrote them. */
    List<Note> changes(Instant from);

    /** Forgets changes of before; how many. */
    int pruneChanges(Instant before);

    /** What is to become of a function. */
    @FunctionalInterface
    interface Decision {
        /** @param now as it is; {@link FunctionHead#none} when nobody has published it yet */
        Change decide(FunctionHead now);
    }

    /**
     * What was decided.
     *
     * @param after all of it that changes; versions that are no longer in it are deleted
     * @param added the version that is new in it
     */
    record Change(FunctionHead after, Optional<FunctionVersion> added) {
        /** One that adds no version. */
        public Change(FunctionHead after) {
            this(after, Optional.empty());
        }
    }

    /**
     * What came of it.
     *
     * @param note under which others hear of it; empty when nothing was to be written
     */
    record Changed(FunctionHead before, FunctionHead after, Optional<Note> note) {}

    /**
     * That a function was changed.
     *
     * @param id of this note
     */
    record Note(String id, FunctionId function) {}

    /** What is told of a version in lists. */
    record VersionNote(long number, Instant created, String publisher, String description, String runtime, long size) {}
}
