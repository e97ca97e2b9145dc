package parse

import (
	"testing"
	"time"
)

func TestDatesAreReadInTheFormsThatFeedsUse(t *testing.T) {
	at := func(hour, minute, second int) time.Time {
		return time.Date(2026, 8, 13, hour, minute, second, 0, time.UTC)
	}
	tests := map[string]struct {
		raw  string
		want time.Time
	}{
		"RFC1123":          {"Thu, 13 Aug 2026 04:24:12 GMT", at(4, 24, 12)},
		"RFC1123Z":         {"Thu, 13 Aug 2026 07:24:12 +0300", at(4, 24, 12)},
		"RFC822":           {"13 Aug 26 04:24 UT", at(4, 24, 0)},
		"NoSeconds":        {"Thu, 13 Aug 2026 04:24 GMT", at(4, 24, 0)},
		"OneDigitDay":      {"Sat, 1 Aug 2026 04:24:12 GMT", time.Date(2026, 8, 1, 4, 24, 12, 0, time.UTC)},
		"ShortOffset":      {"Thu, 13 Aug 2026 07:24:12 +03", at(4, 24, 12)},
		"ColonOffset":      {"Thu, 13 Aug 2026 07:24:12 +03:00", at(4, 24, 12)},
		"GluedOffset":      {"Thu, 13 Aug 2026 07:24:12+0300", at(4, 24, 12)},
		"WestOffset":       {"Thu, 13 Aug 2026 00:24:12 -0400", at(4, 24, 12)},
		"Moscow":           {"Thu, 13 Aug 2026 07:24:12 MSK", at(4, 24, 12)},
		"Turkey":           {"Thu, 13 Aug 2026 07:24:12 TRT", at(4, 24, 12)},
		"Arabia":           {"Thu, 13 Aug 2026 07:24:12 AST", at(4, 24, 12)},
		"EasternEurope":    {"Thu, 13 Aug 2026 07:24:12 EEST", at(4, 24, 12)},
		"Iran":             {"Thu, 13 Aug 2026 07:54:12 IRST", at(4, 24, 12)},
		"India":            {"Thu, 13 Aug 2026 09:54:12 IST", at(4, 24, 12)},
		"Japan":            {"Thu, 13 Aug 2026 13:24:12 JST", at(4, 24, 12)},
		"Pakistan":         {"Thu, 13 Aug 2026 09:24:12 PKT", at(4, 24, 12)},
		"Gulf":             {"Thu, 13 Aug 2026 08:24:12 GST", at(4, 24, 12)},
		"NewYork":          {"Thu, 13 Aug 2026 00:24:12 EDT", at(4, 24, 12)},
		"UnknownZone":      {"Thu, 13 Aug 2026 04:24:12 QQQ", at(4, 24, 12)},
		"GMTPlus":          {"Thu, 13 Aug 2026 07:24:12 GMT+3", at(4, 24, 12)},
		"UTCPlusColon":     {"Thu, 13 Aug 2026 07:24:12 UTC+03:00", at(4, 24, 12)},
		"Thur":             {"Thur, 13 Aug 2026 04:24:12 GMT", at(4, 24, 12)},
		"Sept":             {"Sun, 13 Sept 2026 04:24:12 GMT", time.Date(2026, 9, 13, 4, 24, 12, 0, time.UTC)},
		"LongMonth":        {"August 13, 2026 4:24 am", at(4, 24, 0)},
		"Afternoon":        {"Aug 13th, 2026, 4:24 PM", at(16, 24, 0)},
		"AfternoonGlued":   {"13 August 2026 4:24pm GMT+3", at(13, 24, 0)},
		"Midnight":         {"13 August 2026 12:05 AM", at(0, 5, 0)},
		"Unix":             {"Thu Aug 13 04:24:12 UTC 2026", at(4, 24, 12)},
		"RFC3339":          {"2026-08-13T04:24:12Z", at(4, 24, 12)},
		"RFC3339Offset":    {"2026-08-13T07:24:12.000+03:00", at(4, 24, 12)},
		"ISOBasicOffset":   {"2026-08-13T07:24:12+0300", at(4, 24, 12)},
		"ISOShortOffset":   {"2026-08-13T07:24:12+03", at(4, 24, 12)},
		"ISONoZone":        {"2026-08-13T04:24:12", at(4, 24, 12)},
		"ISOSpace":         {"2026-08-13 04:24:12", at(4, 24, 12)},
		"ISOSpaceOffset":   {"2026-08-13 07:24:12 +0300", at(4, 24, 12)},
		"ISOZone":          {"2026-08-13 07:24:12 MSK", at(4, 24, 12)},
		"ISODay":           {"2026-08-13", at(0, 0, 0)},
		"Compact":          {"20260813T042412Z", at(4, 24, 12)},
		"EpochSeconds":     {"1786595052", at(4, 24, 12)},
		"EpochMillis":      {"1786595052000", at(4, 24, 12)},
		"Dotted":           {"13.08.2026 04:24", at(4, 24, 0)},
		"Slashed":          {"13/08/2026 04:24", at(4, 24, 0)},
		"SlashedAmerican":  {"08/13/2026 04:24", at(4, 24, 0)},
		"Dashed":           {"13-Aug-2026 04:24", at(4, 24, 0)},
		"Russian":          {"Чт, 13 августа 2026 07:24:12 +0300", at(4, 24, 12)},
		"RussianShort":     {"13 авг. 2026, 04:24", at(4, 24, 0)},
		"Ukrainian":        {"Чтв, 13 серпня 2026 07:24:12 +0300", at(4, 24, 12)},
		"UkrainianWeekday": {"Сер, 12 серпня 2026 04:24", time.Date(2026, 8, 12, 4, 24, 0, 0, time.UTC)},
		"Turkish":          {"13 Ağustos 2026 Perşembe 04:24", at(4, 24, 0)},
		"TurkishShort":     {"Per, 13 Ağu 2026 07:24:12 +0300", at(4, 24, 12)},
		"Arabic":           {"الخميس، 13 أغسطس 2026 04:24", at(4, 24, 0)},
		"ArabicLevant":     {"13 آب 2026 04:24", at(4, 24, 0)},
		"ArabicDigits":     {"١٣ أغسطس ٢٠٢٦ ٠٤:٢٤", at(4, 24, 0)},
		"FrenchWeekday":    {"mar., 11 août 2026 04:24:12 GMT", time.Date(2026, 8, 11, 4, 24, 12, 0, time.UTC)},
		"Empty":            {"", time.Time{}},
		"Words":            {"yesterday", time.Time{}},
		"Epoch":            {"Thu, 01 Jan 1970 00:00:00 GMT", time.Time{}},
		"YearOne":          {"0001-01-01T00:00:00Z", time.Time{}},
		"Year9999":         {"9999-12-31T00:00:00Z", time.Time{}},
		"NoSuchHour":       {"13 Aug 2026 44:24", time.Time{}},
		"NoSuchDay":        {"99 Aug 2026 04:24", time.Time{}},
		"NoYear":           {"13 Aug 04:24", time.Time{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := date(test.raw, false); !got.Equal(test.want) {
				t.Errorf("date(%q) = %v, want %v", test.raw, got, test.want)
			}
		})
	}
	if got := date("Thu, 13 Aug 2026 07:24:12 IST", true); !got.Equal(at(5, 24, 12)) {
		t.Errorf("IST in Israel = %v, want two hours east", got)
	}
}

func TestEffectiveTimeStaysNearTheFirstSight(t *testing.T) {
	seen := time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		published time.Time
		want      time.Time
	}{
		"Missing":     {time.Time{}, seen},
		"AnHourAgo":   {seen.Add(-time.Hour), seen.Add(-time.Hour)},
		"LongAgo":     {seen.AddDate(-3, 0, 0), seen.Add(-7 * 24 * time.Hour)},
		"SoonToCome":  {seen.Add(time.Minute), seen},
		"FarInFuture": {seen.AddDate(100, 0, 0), seen},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := effective(test.published, seen); !got.Equal(test.want) {
				t.Errorf("effective(%v) = %v, want %v", test.published, got, test.want)
			}
		})
	}
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"Thu, 13 Aug 2026 04:24:12 MSK", "13.08.2026 4:24pm", "2026-08-13T07:24:12+03", "١٣ آب ٢٠٢٦", "1786595052000", "+:-", "1:2:3:4+99"} {
		f.Add(seed, true)
	}
	seen := time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, raw string, israel bool) {
		got := date(raw, israel)
		if !got.IsZero() && (got.Year() < oldestYear-1 || got.Year() > 9001 || got.Location() != time.UTC) {
			t.Errorf("date(%q) = %v", raw, got)
		}
		if e := effective(got, seen); e.After(seen) || e.Before(seen.Add(-maxAge)) {
			t.Errorf("effective(%v) = %v", got, e)
		}
	})
}
