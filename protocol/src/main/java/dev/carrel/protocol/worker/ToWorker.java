/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import java.util.List;
import java.util.Map;

/** What the engine says to a worker, in frames like those of {@link FromWorker}. A worker ignores what it does not know. */
public sealed interface ToWorker {

    /**
     * What the worker is from now on. Said once.
     *
     * @param runtime {@code python3}, {@code executable}, …
     * @param code the program's text
     * @param files further files beside it, by relative path
     * @param handlers names that shall be callable; empty for all that the code offers
     * @param environment variables, secrets among them
     * @param concurrency calls at once, 1 or more
     * @param maxAnswer bytes an answer that is not streamed may have
     */
    record Init(
            String owner,
            String function,
            long version,
            String runtime,
            String code,
            Map<String, byte[]> files,
            List<String> handlers,
            Map<String, String> environment,
            int concurrency,
            int maxAnswer)
            implements ToWorker {
        /** Copies the collections. */
        public Init {
            files = Map.copyOf(files);
            handlers = List.copyOf(handlers);
            environment = Map.copyOf(environment);
        }

        @Override
        public String toString() {
            return "Init[" + function + "." + owner + ", version " + version + ", " + runtime + "]";
        }
    }

    /**
     * A call. Positional arguments are those of the path and then those of a JSON body; keywords come from the query, a form, or a JSON body.
     *
     * @param id made up by the engine, unique in its life
     * @param handler empty for the default one
     * @param method the HTTP method
     * @param arguments a JSON array
     * @param keywords a JSON object
     * @param type Content-Type of the body when it is handed over as it is, as one more positional argument; empty when it is not
     * @param headers headers of the request that handlers may see, names in small letters
     * @param millis how long the caller still waits
     */
    record Call(
            String id,
            String handler,
            String method,
            String arguments,
            String keywords,
            String type,
            Map<String, String> headers,
            long millis,
            byte[] body)
            implements ToWorker {
        /** Copies the headers. */
        public Call {
            headers = Map.copyOf(headers);
        }

        @Override
        public String toString() {
            return "Call[" + id + ", " + handler + "]";
        }
    }

    /** So many more {@link FromWorker.Chunk}s may be sent of a streamed answer. */
    record More(String id, int chunks) implements ToWorker {}

    /** Nobody waits for this call any more. It still has to be ended by an answer or a failure, which goes nowhere. */
    record Cancel(String id) implements ToWorker {}

    /** Finish what is under way, say {@link FromWorker.Bye} and end. */
    record Drain() implements ToWorker {}

    /** Alive, with nothing to say. */
    record Beat() implements ToWorker {}

    /** The hello was refused; the worker ends. */
    record Refused(String error) implements ToWorker {}
}
