package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program builds a program that links the module which the databases below
// speak of.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "licences")
	if out, err := exec.Command("go", "build", "-o", path, "../licences").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// vulnerable makes a database in which a module's function was vulnerable before
// the fixed version; empty: in all versions.
func vulnerable(t *testing.T, module, symbol, fixed string) string {
	t.Helper()
	events := `{"introduced": "0"}`
	if fixed != "" {
		events += `, {"fixed": "` + fixed + `"}`
	}
	directory := t.TempDir()
	for file, content := range map[string]string{
		"index/db.json":      `{"modified": "2026-01-01T00:00:00Z"}`,
		"index/modules.json": `[{"path": "` + module + `", "vulns": [{"id": "GO-2026-0001", "modified": "2026-01-01T00:00:00Z", "fixed": "` + fixed + `"}]}]`,
		"ID/GO-2026-0001.json": `{"schema_version": "1.3.1", "id": "GO-2026-0001", "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z",
			"summary": "made up", "details": "made up", "database_specific": {"url": "https://pkg.go.dev/vuln/GO-2026-0001"}, "affected": [{"package": {"name": "` + module + `", "ecosystem": "Go"},
			"ranges": [{"type": "SEMVER", "events": [` + events + `]}],
			"ecosystem_specific": {"imports": [{"path": "` + module + `", "symbols": ["` + symbol + `"]}]}}]}`,
	} {
		path := filepath.Join(directory, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return "file://" + directory
}

func TestAVulnerabilityThatIsLinkedInIsFound(t *testing.T) {
	linked := program(t)
	const module = "github.com/google/licensecheck"
	for _, c := range []struct {
		name, database string
		want           error
	}{
		{"in all versions", vulnerable(t, module, "Scan", ""), errFound},
		{"fixed after the version in use", vulnerable(t, module, "Scan", "99.0.0"), errFound},
		{"fixed before the version in use", vulnerable(t, module, "Scan", "0.0.1"), nil},
		{"in a module that is not linked", vulnerable(t, "example.com/other", "Scan", ""), nil},
		{"in a function that is not linked", vulnerable(t, module, "NoSuchFunction", ""), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			err := check(t.Context(), c.database, linked, &out)
			if !errors.Is(err, c.want) || excused(err, true) {
				t.Errorf("got %v, want %v\n%s", err, c.want, &out)
			}
			if c.want != nil && !strings.Contains(out.String(), "GO-2026-0001") {
				t.Errorf("it does not name what it found:\n%s", &out)
			}
		})
	}
}

func TestADatabaseThatCannotBeReachedIsNeitherAPassNorAFinding(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer refusing.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, database := range []string{refusing.URL, closed.URL, "file://" + t.TempDir()} {
		err := check(t.Context(), database, "no such program", os.Stdout)
		if !errors.Is(err, errUnreachable) || errors.Is(err, errFound) {
			t.Errorf("%s: %v", database, err)
		}
		if !excused(err, true) || excused(err, false) {
			t.Errorf("%s: it is excused where it may not be, or the other way round", database)
		}
	}
}

func TestAProgramThatCannotBeReadIsAFailure(t *testing.T) {
	database := vulnerable(t, "example.com/other", "Scan", "")
	err := check(t.Context(), database, filepath.Join(t.TempDir(), "none"), os.Stdout)
	if err == nil || errors.Is(err, errFound) || excused(err, true) {
		t.Errorf("got %v", err)
	}
}
