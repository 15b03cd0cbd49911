/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import java.net.ConnectException;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.exception.AcmeUserActionRequiredException;

/** Says in sentences why there was no certificate. What an authority says is shown without control characters and not at any length. */
final class Refusals {
    private static final int LONGEST = 600;

    private Refusals() {}

    static OrderFailed failure(String directory, Exception cause, @Nullable Instant notBefore) {
        String text = switch (cause) {
            case AcmeUserActionRequiredException e ->
                directory + " wants something done by hand: " + told(e.getProblem())
                        + e.getTermsOfServiceUri()
                                .map(uri -> " (terms of service: " + plain(uri.toString()) + ")")
                                .orElse("");
            case AcmeRateLimitedException e -> directory + " wants to be asked less often: " + told(e.getProblem());
            case AcmeServerException e -> directory + " refuses: " + told(e.getProblem());
            case AcmeNetworkException e ->
                directory + " cannot be reached: " + innermost(e)
                        + " (expected: the directory of an ACME server, reachable from this machine; for an authority of your own its certificate in tls.acme-ca)";
            default -> directory + " was asked in vain: " + innermost(cause);
        };
        Instant named =
                cause instanceof AcmeRateLimitedException e ? e.getRetryAfter().orElse(notBefore) : notBefore;
        return new OrderFailed(text, cause, named);
    }

    static String unproven(String name, int port, @Nullable Problem problem) {
        return "the authority did not find that " + name + " is ours: "
                + (problem == null ? "it does not say why" : told(problem)) + " (expected: http://" + name
                + "/ from everywhere on the internet leads to port " + port + " of this machine, tls.redirect-port)";
    }

    static String told(Problem problem) {
        String parts = problem.getSubProblems().stream()
                .map(part ->
                        part.getIdentifier().map(id -> id.getDomain() + ": ").orElse("") + sentence(part))
                .collect(Collectors.joining("; "));
        return plain(sentence(problem) + (parts.isEmpty() ? "" : "; " + parts));
    }

    private static String sentence(Problem problem) {
        return problem.getDetail()
                .or(problem::getTitle)
                .map(text -> text + " [" + problem.getType() + "]")
                .orElseGet(() -> problem.getType().toString());
    }

    private static String innermost(Throwable e) {
        Throwable at = e;
        // Below a refused connection there is only how the channel was told.
        while (at.getCause() != null && !(at instanceof ConnectException)) {
            at = at.getCause();
        }
        String message = at.getMessage();
        return plain(at.getClass().getSimpleName() + (message == null ? "" : ": " + message));
    }

    static String plain(String text) {
        String clean = text.replaceAll("\\p{Cntrl}+", " ");
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
    }
}
