package simulator_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/amisync/amisync/internal/strictyaml"
)

var update = flag.Bool("update", false, "write the schema, and what is wanted in testdata/bad, anew")

// TestLoadReportsEveryMistakeWithItsPlace reads what is wrong with each file from the
// comments at its end: "# want LINE:COLUMN message".
func TestLoadReportsEveryMistakeWithItsPlace(t *testing.T) {
	for _, path := range files(t, "testdata/bad/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, err := simulator.Load(path)
			var problems strictyaml.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v, want problems", err)
			}
			var got string
			for _, p := range problems {
				got += fmt.Sprintf("# want %d:%d %s\n", p.Line, p.Column, p.Message)
			}
			data, err := os.ReadFile(path)
			must(t, err)
			text, want := string(data), ""
			if at := strings.Index(text, "# want "); at >= 0 {
				text, want = text[:at], text[at:]
			}
			if got == want {
				return
			}
			if *update {
				must(t, os.WriteFile(path, []byte(text+got), 0o644))
			}
			t.Errorf("got\n%s\nwant\n%s", got, want)
		})
	}
}

func files(t *testing.T, pattern string) []string {
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return paths
}
