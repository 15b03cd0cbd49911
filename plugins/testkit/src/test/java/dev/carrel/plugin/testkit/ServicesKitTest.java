/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The suites of services pass fakes that are right and fail each that is wrong, at the test that says what is wrong. */
class ServicesKitTest {
    private static final List<Class<?>> SUITES = List.of(
            ServiceSubjects.Mail.class,
            ServiceSubjects.Buckets.class,
            ServiceSubjects.Names.class,
            ServiceSubjects.Machines.class,
            ServiceSubjects.LonelyMachine.class,
            ServiceSubjects.Homes.class,
            ServiceSubjects.Configs.class,
            ServiceSubjects.Bundles.class,
            ServiceSubjects.Hello.class);

    /** For each kind of faults the suite that finds them, and a line for each fault with the test that does. */
    private static final Map<Class<? extends Enum<?>>, Map.Entry<Class<?>, String>> FINDERS = Map.of(
            FakeMailer.Fault.class,
            Map.entry(ServiceSubjects.Mail.class, """
                    HTML_LOST aPageArrivesBesideTheText
                    TEXT_LOST aPageArrivesBesideTheText
                    SUBJECT_IN_ASCII aTextArrivesAsItWasWritten
                    REPLY_TO_LOST answersGoWhereTheMailSays
                    NAMES_LOST namesOfEveryKindComeThroughAndAreNeverAddresses
                    ONLY_FIRST_RECIPIENT everyRecipientGetsItAndSeesTheOthers
                    SENT_TWICE aMailThatIsSentAgainArrivesOnce
                    ID_NOT_IN_HEADER everyMailCarriesItsId
                    REFUSED_UNNAMED whoIsNotTakenIsNamedAndTheOthersGetIt
                    ALL_REFUSED_UNSAID whenNobodyIsTakenItIsRefusedForGood
                    OTHERS_LOST_WITH_REFUSED whoIsNotTakenIsNamedAndTheOthersGetIt
                    DOWN_FOR_EVER aServiceThatIsDownFailsInTimeForNowAndRecovers
                    DOWN_UNSAID aServiceThatIsDownFailsInTimeForNowAndRecovers
                    QUOTA_UNCOUNTED aDaysQuotaCountsRecipients
                    LINES_JOINED aTextArrivesAsItWasWritten
                    """),
            FakeBucketStore.Fault.class,
            Map.entry(ServiceSubjects.Buckets.class, """
                    LIMIT_IGNORED limitsOfAListingAreChecked
                    PREFIX_IS_FOLDER aPrefixIsTextAndNoPattern
                    ORDER_OF_CHARS itemsAreListedInTheOrderOfTheirBytes
                    AFTER_INCLUDED pagesGoOnWhereTheLastEnded
                    NEXT_FORGOTTEN pagesGoOnWhereTheLastEnded
                    METADATA_LOST pushingAgainReplacesBytesAndMetadata
                    COPY_LOSES_METADATA aCopyHasBytesAndMetadataAndReplaces
                    MOVE_KEEPS aMoveLeavesOne
                    MOVE_ONTO_ITSELF_DELETES aMoveLeavesOne
                    DELETE_ALWAYS_TRUE deletingSaysWhetherThereWasOne
                    RANGE_TOO_LONG aPartIsPulledAlone
                    HALF_ITEMS aContentThatBreaksLeavesWhatWasThere
                    CASE_IGNORED keysThatLookAlikeAreDifferentItems
                    KEYS_UNCHECKED whatIsNoKeyIsRefusedEverywhere
                    SIZE_UNCHECKED aContentOfAnotherSizeThanItSaysLeavesWhatWasThere
                    SINK_CLOSED theCallersStreamsStayItsOwn
                    CONTENT_LEFT_OPEN aContentOfAnotherSizeThanItSaysLeavesWhatWasThere
                    CALLERS_ERROR_WRAPPED aContentThatBreaksLeavesWhatWasThere
                    ABSENT_IS_EMPTY whatIsNotThereIsToldSo
                    PUSH_KEEPS_FIRST pushingAgainReplacesBytesAndMetadata
                    """),
            FakeDns.Fault.class,
            Map.entry(ServiceSubjects.Names.class, """
                    PUT_ADDS puttingAgainReplaces
                    ONE_ADDRESS severalAddressesOfOneName
                    TTL_LOST aNameLeadsWhereItWasPut
                    DELETE_NEEDS_IT deletingMayBeRepeated
                    DELETE_KEEPS deletingMayBeRepeated
                    DELETE_ANY_KIND deletingOneKindLeavesTheOther
                    OTHER_KIND_OVERWRITES aNameOfAnotherKindIsLeftAlone
                    ZONE_UNCHECKED namesOutsideTheZoneAreRefused
                    NEVER_SYNCED aNameLeadsWhereItWasPut
                    FORGOTTEN_IS_OPEN aChangeThatIsForgottenIsDone
                    """),
            FakeCompute.Fault.class,
            Map.entry(ServiceSubjects.Machines.class, """
                    SELF_MISSING aMachineKnowsItselfAndIsOneOfItsGroup
                    GONE_LISTED aMachineIsEndedOnceAndForGood
                    UNSORTED allMachinesOfAnInstallationHaveItsId
                    MEASURES_ADD_UP theLatestOfWhatIsPublishedCounts
                    STALE_COUNTS whatIsOldCountsNoMore
                    OTHERS_UNSEEN everyMachineSeesWhatTheOthersPublish
                    UNKNOWN_IS_RECENT imagesAreComparedWithinTheGroup
                    NEWEST_IS_OLD imagesAreComparedWithinTheGroup
                    TERMINATE_ONCE_ONLY aMachineIsEndedOnceAndForGood
                    TERMINATE_IGNORED aMachineIsEndedOnceAndForGood
                    GROW_TWICE aGroupGrowsWithinItsBoundsAndOnceForEachWish
                    MOST_IGNORED aGroupGrowsWithinItsBoundsAndOnceForEachWish
                    PROTECTION_LOST aMachineIsProtectedUntilItIsNoMore
                    MEASURES_UNCHECKED measuresThatAreNoneAreRefused
                    """),
            FakeVolume.Fault.class,
            Map.entry(ServiceSubjects.Homes.class, """
                    OWNERS_IN_LOWER_CASE namesThatLookAlikeHaveDisksOfTheirOwn
                    OWNERS_CUT namesThatLookAlikeHaveDisksOfTheirOwn
                    VOLUMES_MIXED volumesOfOnePersonAreDifferentDisks
                    OWNER_IN_PATH namesThatLookAlikeHaveDisksOfTheirOwn
                    EMPTY_EACH_TIME whatWasWrittenOutlivesTheSessionWhereItSaysSo
                    ANOTHER_EACH_TIME theSameClaimIsTheSameDiskHoweverOften
                    RELEASE_ONCE_ONLY releasingMayBeRepeatedAndEndsBeingReady
                    READY_FOR_EVER releasingMayBeRepeatedAndEndsBeingReady
                    READY_FORGOTTEN releasingMayBeRepeatedAndEndsBeingReady
                    FINDS_NOTHING aMountOfAContainerIsTracedToItsDisk
                    FINDS_ANYTHING aMountOfAContainerIsTracedToItsDisk
                    SIZE_OF_START whatIsWrittenIsCounted
                    USE_UNCOUNTED disksThatAreReadyAreCounted
                    OWNER_LOST aDiskSaysWhoseItIsAndWhetherItCanBeWritten
                    WRITABLE_UNSAID aDiskSaysWhoseItIsAndWhetherItCanBeWritten
                    UNKNOWN_HAS_SIZE aDiskThatIsNotReadyHasNoSize
                    """),
            FakeCommand.Fault.class,
            Map.entry(ServiceSubjects.Hello.class, """
                    TERMS_CHANGE itsTermsAreAlwaysTheSame
                    BAD_DATA_TAKEN whatItDoesNotUnderstandItRefusesAndGoesOn
                    BAD_DATA_UNNAMED whatItDoesNotUnderstandItRefusesAndGoesOn
                    INTERRUPTION_IGNORED itEndsWhenItIsInterrupted
                    ONE_ONLY asManyRunAtOnceAsItSays
                    ANSWERS_NULL itDoesItsWorkInTimeAndAnswersShortly
                    ANSWER_ENDLESS itDoesItsWorkInTimeAndAnswersShortly
                    """));

    @AfterEach
    void mend() {
        ServiceSubjects.fault = Optional.empty();
    }

    private static Events run(Class<?> suite) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(suite))
                .execute()
                .testEvents();
    }

    private static List<String> failed(Class<?> suite) {
        return run(suite).failed().stream()
                .map(event -> event.getTestDescriptor().getDisplayName().replace("()", ""))
                .toList();
    }

    private static Map<String, String> finders(String table) {
        Map<String, String> finders = new TreeMap<>();
        table.lines().map(line -> line.split(" ")).forEach(parts -> finders.put(parts[0], parts[1]));
        return finders;
    }

    static Stream<Class<?>> suites() {
        return SUITES.stream();
    }

    static Stream<Arguments> faults() {
        return FINDERS.entrySet().stream()
                .flatMap(entry -> Stream.of(entry.getKey().getEnumConstants())
                        .map(fault -> Arguments.of(
                                fault,
                                entry.getValue().getKey(),
                                finders(entry.getValue().getValue()).get(fault.name()))));
    }

    @ParameterizedTest
    @MethodSource("suites")
    void aRightServicePasses(Class<?> suite) {
        Events events = run(suite);
        assertThat(events.succeeded().count()).as("tests of " + suite).isGreaterThanOrEqualTo(6);
        assertThat(events.failed().list()).isEmpty();
        assertThat(events.skipped().count()).isZero();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aWrongServiceFailsWhereItIsWrong(Enum<?> fault, Class<?> suite, String test) {
        ServiceSubjects.fault = Optional.of(fault);
        assertThat(failed(suite)).contains(test);
    }

    @Test
    void everyFaultHasItsTest() {
        FINDERS.forEach((faults, finder) -> assertThat(
                        finders(finder.getValue()).keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(faults.getEnumConstants()).map(Enum::name).toList()));
    }
}
