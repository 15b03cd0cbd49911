/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.cluster.Instances;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.BrokenAnswerException;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.signed.HopSigner;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Takes calls that engines of other instances pass on. Who may call was decided there; here it is proven that the call comes from there, as it is: the proof is of
 * the address, and the address holds the digest of the body. A call that came so is served here or not at all.
 */
final class PassedCallEndpoint implements Endpoints {
    /** What surrounds a call, in which texts may be longer than they came. */
    private static final int MORE = 1 << 20;

    private static final int LONGER = 4;

    private final Functions functions;
    private final Calls calls;
    private final CallBook book;
    private final CallSettings settings;
    private final Instances instances;
    private final SignedValues signed;

    @Inject
    PassedCallEndpoint(
            Functions functions,
            Calls calls,
            CallBook book,
            CallSettings settings,
            Instances instances,
            SignedValues signed) {
        this.functions = functions;
        this.calls = calls;
        this.book = book;
        this.settings = settings;
        this.instances = instances;
        this.signed = signed;
    }

    @Override
    public void register(EngineRoutes routes) {
        routes.addPatient("POST", HopSigner.CALLS_PATH + "{digest}", Access.CALL, largest(), this::handle);
    }

    private int largest() {
        return (int)
                Math.min(Integer.MAX_VALUE - 8, LONGER * settings.maxRequest().bytes() + MORE);
    }

    private Response handle(Request request) throws IOException, InterruptedException {
        check(request);
        PassedCall passed;
        try {
            byte[] body = request.body().bytes(largest());
            if (!HopSigner.digest(body).equals(request.pathParameter("digest"))) {
                throw notTaken(403, "forbidden", "This is not the call that the proof is for.");
            }
            passed = PassedCall.of(body);
        } catch (IllegalArgumentException e) {
            throw notTaken(400, "call", String.valueOf(e.getMessage()));
        } catch (HttpFailure failure) {
            throw notTaken(failure.status(), failure.code(), failure.text());
        }
        Optional<FunctionVersion> version = functions.find(passed.function(), passed.number(), passed.created());
        if (version.isEmpty()) {
            return whole(new PassedAnswer(
                    new Outcome.Refused(Outcome.Why.NO_WORKER, "The version is no more.", "", Duration.ofSeconds(1)),
                    0,
                    false,
                    List.of()));
        }
        return served(request, passed, version.get());
    }

    private void check(Request request) {
        List<String> proofs = request.headers().all(HopSigner.HEADER);
        boolean proven = !instances.own().isEmpty()
                && proofs.size() == 1
                && signed.verify(Purpose.HOP, HopSigner.calls(instances.own()), proofs.getFirst())
                        instanceof Verified.Genuine(var claims)
                && claims.scopes().size() > 3
                && claims.scopes()
                        .subList(0, 3)
                        .equals(HopSigner.about(request.method(), request.host(), request.rawPath()));
        if (!proven) {
            throw notTaken(403, "forbidden", "This is for Carrel's other instances only.");
        }
    }

    private static HttpFailure notTaken(int status, String code, String message) {
        return new HttpFailure(status, code, message, Headers.of(HopClient.NOT_TAKEN, code));
    }

    private Response served(Request request, PassedCall passed, FunctionVersion version) throws InterruptedException {
        // Here another version may be active, or the change not be noticed: then this one is served by its number.
        boolean active = passed.active()
                && functions
                        .find(passed.function(), "")
                        .filter(now -> now.number() == version.number()
                                && now.created().equals(version.created()))
                        .isPresent();
        long patience = passed.patience() < 0
                ? Admission.PATIENT
                : Duration.ofMillis(passed.patience()).toNanos();
        Calls.Taken taken;
        try {
            taken = calls.take(version, active ? "" : Long.toString(version.number()), passed.ask(), patience, true);
        } catch (Calls.TooMany _) {
            return whole(new PassedAnswer(
                    new Outcome.Refused(
                            Outcome.Why.FULL,
                            "As many calls of this owner's functions are under way as may: " + settings.maxPerOwner()
                                    + ".",
                            "",
                            Duration.ofSeconds(1)),
                    version.number(),
                    false,
                    List.of()));
        }
        request.whenClientGone(taken::cancel);
        Outcome outcome;
        try {
            outcome = taken.await();
        } catch (InterruptedException e) {
            taken.cancel();
            taken.close();
            throw e;
        }
        PassedAnswer answer = new PassedAnswer(outcome, taken.number(), taken.cold(), taken.handlers());
        if (outcome instanceof Outcome.Streaming streaming) {
            return streamed(answer, passed, version, taken, streaming);
        }
        ended(passed, version, taken, outcome);
        return whole(answer);
    }

    private void ended(PassedCall passed, FunctionVersion version, Calls.Taken taken, Outcome outcome) {
        if (outcome instanceof Outcome.Refused) {
            // It has not run, and is told of where it came in.
            taken.close();
            return;
        }
        Verdict verdict = Verdict.of(outcome, passed.ask().handler(), taken.version(), taken.handlers());
        int status = outcome instanceof Outcome.Cancelled ? 499 : verdict.status();
        book.ended(taken, version, passed.ask(), status, verdict.name());
    }

    private static Response whole(PassedAnswer answer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            answer.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return Response.bytes(200, PassedAnswer.TYPE, bytes.toByteArray()).uncached();
    }

    private Response streamed(
            PassedAnswer answer,
            PassedCall passed,
            FunctionVersion version,
            Calls.Taken taken,
            Outcome.Streaming streaming) {
        return Response.stream(200, PassedAnswer.TYPE, out -> {
            String outcome = "cancelled";
            try {
                answer.write(out);
                String broken = streaming.rest().copyTo(new Parts(out));
                PassedAnswer.end(out, broken);
                outcome = broken == null ? "answered" : "broken";
            } catch (IOException e) {
                throw new BrokenAnswerException(String.valueOf(e.getMessage()));
            } finally {
                // Ends it at the worker, too, when nobody waits there any more.
                taken.cancel();
                book.ended(
                        taken,
                        version,
                        passed.ask(),
                        outcome.equals("cancelled") ? 499 : streaming.head().status(),
                        outcome);
            }
        });
    }

    /** Each write is a part. */
    private static final class Parts extends OutputStream {
        private final OutputStream out;

        private Parts(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            PassedAnswer.part(out, bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
