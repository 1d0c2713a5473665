package report_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func TestTheTableOfADiagnosisFitsTheTerminal(t *testing.T) {
	failed := reconcile.Check{Status: reconcile.CheckFailed, Error: "no"}
	for _, c := range []struct{ owner, header string }{
		{"labs", "OWNER  ACCOUNT       REGION          ENTER   LIST    READ    PUBLIC  KEYS    CHANGE"},
		{"image-factory", "OWNER          REGION          ENTER   LIST    READ    PUBLIC  KEYS    CHANGE"},
		{"image-factory-of-asia", "OWNER                 REGION         ENTER  LIST   READ   PUBLIC KEYS   CHANGE"},
	} {
		lane := reconcile.LaneDiagnosis{Owner: c.owner, Lane: reconcile.Lane{Account: factory, Region: "ap-northeast-1"},
			Enter: failed, List: failed, Read: failed, Public: failed, Keys: failed, Change: failed}
		got := text(t, diagnosis(&reconcile.Diagnosis{Lanes: []reconcile.LaneDiagnosis{lane}}), report.Text, report.Style{Width: 84})
		table, _, _ := strings.Cut(got, "\n\n")
		if header, _, _ := strings.Cut(table, "\n"); header != c.header {
			t.Errorf("%s has the header\n%s\nwant\n%s", c.owner, header, c.header)
		}
		for line := range strings.SplitSeq(table, "\n") {
			if utf8.RuneCountInString(line) > 84 {
				t.Errorf("too wide: %q", line)
			}
		}
	}
}
