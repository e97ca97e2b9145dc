package store

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestOperatingSaysHowLongReplicasWait holds the numbers that operators read to
// those that hold.
func TestOperatingSaysHowLongReplicasWait(t *testing.T) {
	text, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(string(text)), " ")
	seconds := func(d time.Duration) int { return int(d.Seconds()) }
	for _, want := range []string{
		fmt.Sprintf("the others, some %d seconds after it last said that it is alive", seconds(aliveFor)),
		fmt.Sprintf("some %d seconds after the kill", seconds(aliveFor)),
		fmt.Sprintf("it is looked for %d seconds after it was claimed", seconds(sendingFor)),
		fmt.Sprintf("it stops %d seconds after it last said that it is alive", seconds(surelyAlive)),
		fmt.Sprintf("gives up itself %d seconds after a machine or its network is gone", seconds(goneAfter)),
		fmt.Sprintf("a transaction that does nothing for %d seconds", seconds(idleWithin)),
		fmt.Sprintf("nothing was heard for %d seconds", seconds(goneAfter)),
		fmt.Sprintf("does not answer within %d seconds", seconds(dialWithin)),
		fmt.Sprintf("opens at most %d connections", workers+listeners+readers+2), // one writes, and one says that it is alive
		fmt.Sprintf("PostgreSQL (%d or newer)", leastServer/10_000),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("docs/operating.md does not say %q", want)
		}
	}
	if connectAnew != time.Minute || !strings.Contains(page, "which it does each minute at the latest") {
		t.Errorf("docs/operating.md does not say that connections are made anew after %v", connectAnew)
	}
}
