/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Mailer;
import java.util.List;

/** A mailer and what is at the other side of it, made for one test. */
public interface MailFixture extends AutoCloseable {
    /** The subject. */
    Mailer mailer();

    /** What has arrived, once for each recipient. */
    List<ArrivedMail> arrived();

    /** An address that the other side refuses. */
    String refused();

    /** The other side is down from now on, or no longer. */
    void down(boolean isDown);

    /** Closes all that was opened. */
    @Override
    void close();
}
