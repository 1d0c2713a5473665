package schema

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/amisync/amisync/internal/strictyaml"
)

// Whatever the bytes: loading, compiling and formatting end and do not panic;
// what is wrong has a place; compiling gives the same every time; formatting is a
// fixpoint, and what is formatted compiles to the same declarations.
func FuzzLoadAndFormat(f *testing.F) {
	for _, sort := range []string{"good/*", "bad/*", ""} {
		paths, err := filepath.Glob(path.Join(manifests, sort, "*.y*ml"))
		if err != nil {
			f.Fatal(err)
		}
		for _, p := range paths {
			data, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			if len(data) < 3000 {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 20_000 {
			return
		}
		declared := compiled(t, data)
		if again := compiled(t, data); again != declared {
			t.Errorf("compiled to\n%s\nand then to\n%s", declared, again)
		}
		checkFormat(t, data)
		formatted, err := Format("f.yaml", data)
		if err != nil {
			return
		}
		if now := compiled(t, formatted); (declared == "") != (now == "") || !strings.HasPrefix(declared, "wrong: ") && now != declared {
			t.Errorf("compiled to\n%s\nand formatted to\n%s", declared, now)
		}
	})
}

var sources = regexp.MustCompile(`"[Ss]ource":\{[^}]*\},?`)

// compiled is what an estate declares, without the places, or what is wrong.
func compiled(t *testing.T, data []byte) string {
	estate, err := loadText(data)
	if err != nil {
		return "wrong: " + checkPlaces(t, data, err)
	}
	_, _ = estate.Resolve("payments") // ends, whatever it finds
	declarations, err := estate.Compile(Options{Rules: questions})
	if err != nil {
		return "wrong: " + checkPlaces(t, data, err)
	}
	declarations.Policy.Rules = nil // functions
	text, err := json.Marshal([]any{declarations.Owners, declarations.Shares, declarations.Policy})
	if err != nil {
		t.Fatal(err)
	}
	return sources.ReplaceAllString(string(text), "") + fmt.Sprint(declarations.Aliases)
}

// checkPlaces checks that problems are of the file, and within it.
func checkPlaces(t *testing.T, data []byte, err error) string {
	problems, ok := err.(strictyaml.Problems)
	if !ok {
		t.Errorf("%v is a %T", err, err)
	}
	for _, p := range problems {
		if p.Message == "" || p.File != "f.yaml" && p.File != "" || p.Line > strings.Count(string(data), "\n")+1 {
			t.Errorf("%+v", p)
		}
	}
	return err.Error()
}
