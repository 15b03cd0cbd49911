/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import dev.carrel.protocol.name.InstallId;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.WorkerId;

/** For what a container was started: one start of a session, or of a worker of functions. A container is never both. */
public sealed interface Owner {

    /** A session. */
    record Session(SessionId id) implements Owner {
        @Override
        public String kind() {
            return "session";
        }

        @Override
        public String label() {
            return Labels.SESSION;
        }

        @Override
        public String value() {
            return id.value();
        }

        @Override
        public String containerName(InstallId install) {
            return "crl-" + install + "-" + id;
        }

        @Override
        public String toString() {
            return "session " + id;
        }
    }

    /** A worker of functions. */
    record Worker(WorkerId id) implements Owner {
        @Override
        public String kind() {
            return "worker";
        }

        @Override
        public String label() {
            return Labels.WORKER;
        }

        @Override
        public String value() {
            return id.value();
        }

        @Override
        public String containerName(InstallId install) {
            return "crl-" + install + "-worker-" + id;
        }

        @Override
        public String toString() {
            return "worker " + id;
        }
    }

    /** Session or worker, as people call it. */
    String kind();

    /** The label that holds its id. */
    String label();

    /** Its id. */
    String value();

    /** The generated name of its container; no two owners have the same. */
    String containerName(InstallId install);
}
