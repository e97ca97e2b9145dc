// Package storetest holds every promise of the store as a test, to be run
// against each database that the store can stand on. It is for tests only:
// it never reaches the binary, and it knows no SQL.
package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

// A Store is what the stages ask of the store.
type Store interface {
	DeclareFeeds(ctx context.Context, fs []story.Feed, now time.Time) error
	FeedState(ctx context.Context, feed story.FeedName) (story.FeedState, error)
	Feeds(ctx context.Context) ([]story.FeedState, error)
	NewItems(ctx context.Context, feed story.FeedName, items []story.Item) ([]bool, error)
	SavePoll(ctx context.Context, p story.Poll) (story.Saved, error)
	SavePush(ctx context.Context, b story.Brought) (story.Saved, error)
	ChangePush(ctx context.Context, feed story.FeedName, change func(story.Push) story.Push) error
	Requests(ctx context.Context, feed story.FeedName, limit int) ([]story.Request, error)
	ShiftFeeds(ctx context.Context, by time.Duration, now time.Time) error
	Unjudged(ctx context.Context, limit int) ([]story.Pending, error)
	Recent(ctx context.Context, since time.Time) ([]story.Story, error)
	Story(ctx context.Context, id story.ID) (story.Story, error)
	SaveJudgements(ctx context.Context, js []story.Judgement) error
	Readings(ctx context.Context, seq int64, each func(story.Reading) error) error
	Standings(ctx context.Context) (map[story.WatchName]story.Standing, error)
	SaveReview(ctx context.Context, bs []story.Bulletin, next time.Time) error
	ReviewDue(ctx context.Context, now time.Time) (bool, error)
	SavePast(ctx context.Context, js []story.Judgement) error
	Claim(ctx context.Context, room story.RoomName, now time.Time) (story.Dispatch, bool, error)
	Settle(ctx context.Context, o story.Outcome) error
	Advance(ctx context.Context, o story.Outcome, now time.Time) (story.Dispatch, bool, error)
	Begin(ctx context.Context, restored bool, now time.Time) (bool, error)
	SetRule(rule story.Rule)
	DeclareRooms(ctx context.Context, next map[story.RoomName]time.Time, now time.Time) error
	Occasion(ctx context.Context, room story.RoomName, now time.Time) (since time.Time, due bool, err error)
	SaveDigest(ctx context.Context, o story.Occasion) error
	Alarms(ctx context.Context, room story.RoomName, now time.Time) ([]story.Alarm, error)
	Climb(ctx context.Context, s story.Step) error
	Next(ctx context.Context, now time.Time) (time.Time, error)
	DeclareBoards(ctx context.Context, rooms []story.RoomName) error
	Board(ctx context.Context, room story.RoomName, now time.Time) (b story.Board, due bool, err error)
	SaveBoard(ctx context.Context, b *story.Board) error
	Stands(ctx context.Context, watches []story.WatchName, now, since time.Time) ([]story.Stand, error)
	Idle(ctx context.Context, now time.Time) (bool, error)
	Find(ctx context.Context, groups [][]story.Phrase, since time.Time, before story.ItemID, each func(story.Item) bool) error
	Tend(ctx context.Context, d story.Deed, id story.ID, decide func(story.Care) (story.Care, string)) (story.Care, bool, error)
	Record(ctx context.Context, d story.Deed) (bool, error)
	Mute(ctx context.Context, d story.Deed, ms []story.Mute) (bool, error)
	Unmute(ctx context.Context, d story.Deed, watch story.WatchName, id story.ID, rooms []story.RoomName) (int, bool, error)
	Mutes(ctx context.Context) ([]story.Mute, error)
	EndMutes(ctx context.Context, room story.RoomName, now time.Time) error
	Deeds(ctx context.Context, subject string, since time.Time, limit int) ([]story.Deed, error)
	SaveChange(ctx context.Context, d story.Deed, c story.Change) (bool, error)
	Changes(ctx context.Context, what story.Changed, name string, limit int) ([]story.Change, error)
	Stand(ctx context.Context) ([]story.Change, int64, error)
	SaveDraft(ctx context.Context, person, call string, at time.Time) (int64, error)
	Draft(ctx context.Context, id int64) (person, call string, err error)
	Secret(ctx context.Context, name string) ([]byte, error)
	Stories(ctx context.Context, q story.Query) ([]story.Story, error)
	ItemsAt(ctx context.Context, link, canonical string, limit int) ([]story.Item, error)
	StoryOf(ctx context.Context, item story.ItemID) (story.ID, error)
	Told(ctx context.Context, id story.ID) ([]story.Told, error)
	Roots(ctx context.Context, id story.ID) (map[story.RoomName]story.Remote, error)
	Bulletins(ctx context.Context, watch story.WatchName, since time.Time, limit int) ([]story.Bulletin, error)
	Waiting(ctx context.Context, before time.Time) (map[story.RoomName]int, error)
	Newest(ctx context.Context) (map[story.FeedName]time.Time, error)
	Deliveries(ctx context.Context) (map[story.DeliveryState]int, error)
	Unaccounted(ctx context.Context) (int, error)
	Audit(ctx context.Context, rooms map[story.WatchName][]story.RoomName, since, now time.Time) (story.Audit, error)
	Audited(ctx context.Context, now time.Time) error
	Announce(ctx context.Context, b *story.Bulletin) error
	Ledger(ctx context.Context, q story.LedgerQuery) ([]story.Entry, error)
}

// A Harness opens one database, again and again.
type Harness interface {
	// Open returns the store on the database of the test, as it was left.
	Open(t *testing.T) Store
	// Crash ends the store as a power cut would, without any farewell.
	Crash(t *testing.T)
}

// Claims are what the tests' items claim.
func Claims() []story.Signal {
	return []story.Signal{
		{Kind: story.Shelling, Field: story.Title, Sentence: story.Span{End: 13}, Words: story.Span{Start: 6, End: 13}, Place: "Idlib"},
		{Kind: story.Killed, Field: story.Summary, Count: story.Count{Low: 4, High: 4, Open: true}, Target: "soldiers", Source: "the ministry", Deadline: Noon()},
	}
}

// Noon is when the tests take place.
func Noon() time.Time { return time.Date(2020, 2, 3, 12, 0, 0, 0, time.UTC) }

// A promise is one of the store's, and how it is held.
type promise struct {
	name string
	test func(t *testing.T, h Harness)
}

// Run holds the databases that begin makes to every promise.
func Run(t *testing.T, begin func(t *testing.T) Harness) {
	t.Helper()
	for _, promise := range append(slices.Concat(moves(), policies()), []promise{
		{"ItemsAndValidatorsAreSavedTogether", itemsAndValidators},
		{"AnItemIsNewOnceByAnyOfItsKeys", anyKey},
		{"AnEditIsJudgedAgainAndKnowsItsStory", editKnowsItsStory},
		{"ASeedIsNotNews", seedIsNotNews},
		{"AnEditBetweenReadAndSaveWaits", editBetween},
		{"ARoomIsOwedANoticeOnce", owedOnce},
		{"UpdatesOfAStoryComeInOrder", inOrder},
		{"AStuckStoryDelaysNoOther", stuckStory},
		{"WhatANewerProgramOwesIsLeftToIt", newerIsLeft},
		{"ARefreshIsMergedByTheEdit", refreshMerges},
		{"WhatChangesNoMessageJoinsSilently", joinsSilently},
		{"ARefreshWithoutAMessageExpires", refreshExpires},
		{"AnEditIsPutOffOrGivenUp", editPutOff},
		{"AMessageThatTakesNoEditKeepsItsThread", noEditKeepsTheThread},
		{"AnEditThatCameLateIsMadeGood", lateEdit},
		{"ARoomThatRestsIsLeftAlone", roomRests},
		{"AReplyToARemovedRootIsTold", rootRemoved},
		{"ACrashWhileSendingIsAmbiguousAndLookedFor", crashIsAmbiguous},
		{"WhatIsFoundStandsAndIsEdited", foundStands},
		{"WhatIsNotThereIsSentAgainUnderItsKey", absentIsSent},
		{"AnAmbiguousMessageDelaysItsStoryForAQuarterOfAnHour", doubtDelaysItsStory},
		{"APlatformThatStumblesMakesFewMessagesAmbiguous", stumblingPlatform},
		{"AMessageIsStuckIfOthersGetThrough", stuckIsKnown},
		{"WhatIsCriticalOvertakes", criticalOvertakes},
		{"WhatEndedAndWhatIsNextAreOneTransaction", oneStep},
		{"ARoomFoundShutIsCountedAndOperatorsHear", shutIsCounted},
		{"AMessageThatFindsARoomShutLetsAnotherTry", shutByOne},
		{"AnAuditFindsWhoWasNotTold", auditFinds},
		{"AnAuditMissesNothingOfThePast", auditKnowsThePast},
		{"TheLedgerHasEveryDelivery", ledgerHasAll},
		{"AKeyIsTheSameAtEachAttempt", keyStays},
		{"WhatMayHaveBeenToldBeforeARestoreIsLookedForFirst", restoredIsLookedFor},
		{"AReplyIsLookedForOnceItIsKnownWhereItsRootStands", replyAfterItsRoot},
		{"OperatorsHearAfterARestoreWhateverMayBeRead", restoredIsHeardOf},
		{"ReadingsComeInOrderAndAnEditAnew", readingsInOrder},
		{"ANewWatchGetsAPastAndNothingIsTold", newPast},
		{"AnEditCountsForTheWatchesThatAcceptItAlone", onlyWhoAccepts},
		{"AnEditThatNobodyAcceptsTakesItsClaimsBack", tombstone},
		{"ABulletinIsToldOnce", bulletinOnce},
		{"AFeedNoLongerDeclaredIsNotDue", undeclared},
		{"AChangedURLLosesItsValidators", changedURL},
		{"RequestsAreKeptForAWeek", requestsKept},
		{"WhatIsNewToAFeedIsKnownBeforeItIsSaved", newToTheFeed},
		{"WhatAFloodBringsOfThePastIsNoNews", pastAmongNews},
		{"OperatorsAreToldOnceWithThePoll", operatorsTold},
		{"APollBringsNoFeedBack", pollOfAFeedTakenOut},
		{"AStepOfTheClockMovesWhatIsDue", clockStepped},
		{"NoRoomRestsThroughAStepOfTheClock", clockSetBack},
		{"NoRoomRestsThroughAStepThatNobodySaw", clockSetBackBetween},
		{"APushIsSavedWithItsItems", pushSaved},
		{"APollUndoesNoPush", pollBesidePush},
		{"APollThatWasOvertakenLeavesItsItems", overtaken},
		{"NoSearchIsAnError", searchIsSafe},
		{"ASearchGoesThroughAllTheNewestFirst", searchOfMany},
		{"OneOfTwoWhoAcknowledgeHasTheStory", oneOwner},
		{"AReportOpensAResolvedStoryAgain", reopened},
		{"AnAcknowledgementIsShownInEveryRoom", careIsShown},
		{"AChangeIsMadeOnWhatStands", changesInOrder},
		{"LookUps", lookUps},
		{"AMuteHoldsBackAndTellsWhat", muteHoldsBack},
		{"NothingIsLostOrSentTwiceOverCrashes", model},
	}...) {
		t.Run(promise.name, func(t *testing.T) { promise.test(t, begin(t)) })
	}
}

// must returns v, or ends the test.
func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func item(key, title string) story.Item {
	return story.Item{
		Feed: "wire", Outlet: "Wire", Owner: "wire", Tier: 1, State: "nowhere", Keys: []string{key}, Title: title, Summary: "Told by " + key,
		Tags: []string{"war"}, Published: Noon(), FirstSeen: Noon(), Effective: Noon(),
	}
}

// save saves items of the feed wire as one poll.
func save(t *testing.T, s Store, items ...story.Item) story.Saved {
	t.Helper()
	return must(s.SavePoll(t.Context(), story.Poll{
		State: story.FeedState{Feed: "wire", Source: "https://wire.example/rss", URL: "https://wire.example/rss", ETag: `W/"1"`, Seeded: true, NextDue: Noon().Add(time.Hour)},
		Items: items, At: Noon(),
	}))(t)
}

// tell judges the one item that waits: it joins of, or opens a story.
func tell(t *testing.T, s Store, of story.ID, kind story.NoticeKind, rooms ...story.RoomName) story.ID {
	t.Helper()
	p := must(s.Unjudged(t.Context(), 10))(t)
	if len(p) != 1 {
		t.Fatalf("%d items wait, want 1", len(p))
	}
	rel := map[story.NoticeKind]story.Relation{story.NewStory: story.Opens, story.Update: story.Reports, story.Refresh: story.Copies}[kind]
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: p[0].Item.ID, Revision: p[0].Item.Revision, Story: of, Relation: rel, Kind: kind, Rooms: rooms, Reason: "a test", At: Noon(), Signals: Claims(),
		Matches: []story.Match{{Watch: "idlib", Evidence: []story.Evidence{{Term: "idlib", Field: story.Title, Text: "Idlib", Start: 0, End: 5}}}},
	}}))
	all := must(s.Recent(t.Context(), Noon()))(t)
	if of == 0 {
		return all[len(all)-1].ID
	}
	return of
}

// claim takes what is due in the room desk; want is the act, or "" for none.
func claim(t *testing.T, s Store, want story.Act) story.Dispatch {
	t.Helper()
	return claimAt(t, s, "desk", want, Noon())
}

// claimAt is claim in a room at a time.
func claimAt(t *testing.T, s Store, room story.RoomName, want story.Act, at time.Time) story.Dispatch {
	t.Helper()
	d, ok, err := s.Claim(t.Context(), room, at)
	check(t, err)
	if got := d.Act; !ok && want != "" || ok && got != want {
		t.Fatalf("claimed %v %q, want %q", ok, got, want)
	}
	return d
}

func settle(t *testing.T, s Store, d story.Dispatch, state story.DeliveryState, later time.Duration) {
	t.Helper()
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: state, Remote: "m" + story.Remote(d.Key), NotBefore: Noon().Add(later), Why: "a test", At: Noon()}))
}

// counts holds the deliveries by state to want, and none unaccounted for.
func counts(t *testing.T, s Store, want map[story.DeliveryState]int) {
	t.Helper()
	if diff := cmp.Diff(want, must(s.Deliveries(t.Context()))(t)); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
	if n := must(s.Unaccounted(t.Context()))(t); n != 0 {
		t.Errorf("%d deliveries are unaccounted for", n)
	}
}
