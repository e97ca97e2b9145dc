package engine

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

// TestOperatingSaysWhenOthersTakeOver holds the numbers that operators read to
// those that hold.
func TestOperatingSaysWhenOthersTakeOver(t *testing.T) {
	text, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(string(text)), " ")
	for _, want := range []string{
		fmt.Sprintf("another judges within %v seconds", math.Ceil((leaseFor + leaseFor/3).Seconds())),
		fmt.Sprintf("ends what was begun, for %v seconds at the most", stopWithin.Seconds()),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("docs/operating.md does not say %q", want)
		}
	}
	if elsewhereFor != time.Hour || !strings.Contains(page, "leaves it to the others for an hour") {
		t.Errorf("docs/operating.md does not say that a room is left to others for %v", elsewhereFor)
	}
}
