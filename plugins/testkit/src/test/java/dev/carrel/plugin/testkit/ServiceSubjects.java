/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.BucketStore;
import dev.carrel.plugin.Command;
import dev.carrel.plugin.Compute;
import dev.carrel.plugin.Dns;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** The suites of services over the fakes, with the fault that is set; run by {@link ServicesKitTest} only. */
final class ServiceSubjects {
    static volatile Optional<Enum<?>> fault = Optional.empty();

    private ServiceSubjects() {}

    private static <F extends Enum<F>> Set<F> faults(Class<F> type) {
        Set<F> faults = EnumSet.noneOf(type);
        fault.filter(type::isInstance).map(type::cast).ifPresent(faults::add);
        return faults;
    }

    static class Mail extends MailerConformance {
        @Override
        protected Duration arrivesWithin() {
            return Duration.ofMillis(200);
        }

        @Override
        protected MailFixture fixture() {
            FakeMailer mailer = FakeMailer.broken(faults(FakeMailer.Fault.class));
            mailer.refuse("nobody@example.org");
            return new MailFixture() {
                @Override
                public Mailer mailer() {
                    return mailer;
                }

                @Override
                public List<ArrivedMail> arrived() {
                    return mailer.arrived();
                }

                @Override
                public String refused() {
                    return "nobody@example.org";
                }

                @Override
                public void down(boolean isDown) {
                    mailer.down(isDown);
                }

                @Override
                public void close() {}
            };
        }
    }

    static class Buckets extends BucketStoreConformance {
        // JUnit makes an instance for each test.
        private final FakeBucketStore store = FakeBucketStore.broken(faults(FakeBucketStore.Fault.class));

        @Override
        protected BucketStore open() {
            return store.another();
        }

        @Override
        protected int large() {
            return 1 << 20;
        }
    }

    static class Names extends DnsConformance {
        @Override
        protected Dns dns() {
            return FakeDns.broken(faults(FakeDns.Fault.class));
        }

        @Override
        protected Duration syncsWithin() {
            return Duration.ofSeconds(2);
        }
    }

    static class Machines extends ComputeConformance {
        @Override
        protected ComputeFixture fixture() {
            return group(true);
        }
    }

    static class LonelyMachine extends ComputeConformance {
        @Override
        protected ComputeFixture fixture() {
            return group(false);
        }
    }

    private static ComputeFixture group(boolean two) {
        FakeCompute first = FakeCompute.broken(faults(FakeCompute.Fault.class));
        Optional<Compute> second = two ? Optional.of(first.another("carrel-2")) : Optional.empty();
        return new ComputeFixture() {
            @Override
            public Compute first() {
                return first;
            }

            @Override
            public Optional<Compute> second() {
                return second;
            }

            @Override
            public void pass(Duration time) {
                first.pass(time);
            }

            @Override
            public void close() {}
        };
    }

    /** Disks of a kind in a folder of the test's. */
    abstract static class Disks extends VolumeConformance {
        @TempDir
        Path folder = Path.of("");

        private final Volume.Kind kind;

        Disks(Volume.Kind kind) {
            this.kind = kind;
        }

        @Override
        protected VolumeFixture fixture() {
            FakeHands hands;
            try {
                hands = new FakeHands(Files.createDirectories(folder.resolve("mounts")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            FakeVolume volume = FakeVolume.broken(folder.resolve("disks"), kind, faults(FakeVolume.Fault.class));
            try {
                Files.createDirectories(folder.resolve("disks"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new VolumeFixture() {
                @Override
                public Volume volume() {
                    return volume;
                }

                @Override
                public Volume.Hands hands() {
                    return hands;
                }

                @Override
                public Path content(Volume.Disk disk) {
                    return ((Volume.Mount.Folder) disk.mount()).path();
                }

                @Override
                public void close() {}
            };
        }
    }

    static class Homes extends Disks {
        Homes() {
            super(Volume.Kind.HOME);
        }
    }

    static class Configs extends Disks {
        Configs() {
            super(Volume.Kind.CONFIG);
        }
    }

    static class Bundles extends Disks {
        Bundles() {
            super(Volume.Kind.BUNDLE);
        }
    }

    static class Hello extends CommandConformance {
        @Override
        protected Command command() {
            return FakeCommand.broken(faults(FakeCommand.Fault.class));
        }

        @Override
        protected String goodData() {
            return "ada";
        }

        @Override
        protected List<String> badData() {
            return List.of("", " ", "x".repeat(101));
        }

        @Override
        protected Optional<String> longData() {
            return Optional.of(FakeCommand.WAIT);
        }
    }
}
