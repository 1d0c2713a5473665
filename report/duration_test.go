package report_test

import (
	"testing"
	"time"

	"github.com/amisync/amisync/report"
)

func TestBriefLeavesZerosOut(t *testing.T) {
	for text, want := range map[string]string{
		"24h": "24h", "90m": "1h30m", "10m": "10m", "30s": "30s", "1h0m5s": "1h0m5s", "0s": "0s", "20h10m": "20h10m", "100ms": "100ms",
	} {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := report.Brief(d); got != want {
			t.Errorf("Brief(%s) is %q, want %q", text, got, want)
		}
	}
}
