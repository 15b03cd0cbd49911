/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.testkit.ArrivedMail;
import dev.carrel.plugin.testkit.MailFixture;
import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** GreenMail, a real SMTP server, behind a {@link Front}, and the plugin's mailer before it. */
final class MailRig implements MailFixture {
    static final String NOBODY = "nobody@example.org";
    static final String USER = "carrel@example.org";
    static final String PASSWORD = "s3cret words";
    private static final String KEYS_PASSWORD = "changeit";
    private static final char[] KEYS = KEYS_PASSWORD.toCharArray();
    /** GreenMail's own certificate is for nobody's name. */
    private static final Path KEY_FILE = made();

    private static Path made() {
        try {
            Path file = Files.createTempDirectory("mail-keys").resolve("keys.p12");
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "server",
                            "-keyalg",
                            "EC",
                            "-dname",
                            "CN=localhost",
                            "-ext",
                            "san=dns:localhost",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            file.toString(),
                            "-storepass",
                            KEYS_PASSWORD)
                    .inheritIO()
                    .start();
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new AssertionError("keytool made no key");
            }
            file.getParent().toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            System.setProperty("greenmail.tls.keystore.file", file.toString());
            System.setProperty("greenmail.tls.keystore.password", KEYS_PASSWORD);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    final Front front;
    final Path folder;
    private final GreenMail server;
    private SmtpMailer mailer;

    MailRig(SmtpSettings.Encryption encryption) {
        try {
            folder = Files.createTempDirectory("mail-smtp");
            server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
            server.start();
            server.setUser(USER, USER, PASSWORD);
            front = new Front(
                    server.getSmtp().getPort(),
                    context(),
                    encryption == SmtpSettings.Encryption.TLS,
                    encryption == SmtpSettings.Encryption.STARTTLS);
            front.answer("RCPT TO:<" + NOBODY, "550 5.1.1 no such person");
            mailer = mailer(settings(encryption));
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyStore keys() throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(KEY_FILE)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, KEYS);
            return store;
        }
    }

    private static SSLContext context() throws IOException, GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(keys(), KEYS);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** A file with the server's certificate. */
    Path certificate() {
        try {
            KeyStore store = keys();
            byte[] bytes = store.getCertificate(store.aliases().nextElement()).getEncoded();
            return Files.writeString(
                    folder.resolve("trusted.pem"),
                    "-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder().encodeToString(bytes)
                            + "\n-----END CERTIFICATE-----\n");
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    SmtpSettings settings(SmtpSettings.Encryption encryption) {
        return settings(encryption, front.port(), PASSWORD, certificate().toString(), 1000, 0);
    }

    static SmtpSettings settings(
            SmtpSettings.Encryption encryption, int port, String password, String trust, int perSecond, long perDay) {
        return new SmtpSettings(
                "localhost",
                port,
                encryption,
                false,
                trust,
                password.isEmpty() ? "" : USER,
                password,
                USER,
                "Carrel, the hub",
                perSecond,
                perDay,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
    }

    SmtpMailer mailer(SmtpSettings settings) {
        return new SmtpMailer(
                settings,
                new Rate(settings.perSecond(), System::nanoTime),
                new DailyCount(settings.perDay(), folder.resolve("sent"), Clock.systemUTC()));
    }

    /** From now on the rig's mailer works by these. */
    MailRig with(SmtpSettings settings) {
        mailer = mailer(settings);
        return this;
    }

    @Override
    public Mailer mailer() {
        return mailer;
    }

    @Override
    public String refused() {
        return NOBODY;
    }

    @Override
    public void down(boolean isDown) {
        front.down(isDown);
    }

    List<MimeMessage> messages() {
        return List.of(server.getReceivedMessages());
    }

    @Override
    public List<ArrivedMail> arrived() {
        // The server has a copy for each recipient without saying whose, so the mailboxes are asked.
        return server.getManagers().getUserManager().listUser().stream()
                .flatMap(user -> {
                    try {
                        return server.getManagers().getImapHostManager().getInbox(user).getMessages().stream()
                                .map(message -> arrived(user.getEmail(), message.getMimeMessage()));
                    } catch (com.icegreen.greenmail.store.FolderException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private static ArrivedMail arrived(String recipient, MimeMessage message) {
        try {
            List<Mailer.Address> to = addresses(message.getRecipients(Message.RecipientType.TO));
            boolean answers = message.getHeader("Reply-To") != null;
            Object content = message.getContent();
            String text = content instanceof Multipart both ? part(both, 0) : (String) content;
            Optional<String> html = content instanceof Multipart both ? Optional.of(part(both, 1)) : Optional.empty();
            return new ArrivedMail(
                    recipient,
                    to,
                    answers ? Optional.of(addresses(message.getReplyTo()).getFirst()) : Optional.empty(),
                    message.getSubject(),
                    text.replace("\r\n", "\n"),
                    html,
                    message.getMessageID());
        } catch (MessagingException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String part(Multipart both, int index) throws MessagingException, IOException {
        return (String) both.getBodyPart(index).getContent();
    }

    private static List<Mailer.Address> addresses(Address... addresses) {
        List<Mailer.Address> list = new ArrayList<>();
        Stream.of(addresses)
                .map(InternetAddress.class::cast)
                .forEach(one -> list.add(
                        new Mailer.Address(one.getPersonal() == null ? "" : one.getPersonal(), one.getAddress())));
        return list;
    }

    @Override
    public void close() {
        front.close();
        server.stop();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
