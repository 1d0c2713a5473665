package schema

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestFormatGivesTheCanonicalForm(t *testing.T) {
	paths, err := filepath.Glob(path.Join(manifests, "format", "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures: ", err)
	}
	for _, p := range paths {
		t.Run(filepath.Base(p), func(t *testing.T) {
			data, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			formatted, err := Format(p, data)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(p, ".yaml")+".golden", string(formatted))
			checkFormat(t, data)
		})
	}
}

func TestGoodManifestsAreInCanonicalForm(t *testing.T) {
	for _, name := range fixtures(t, "good") {
		dir := path.Join(manifests, "good", name)
		files, err := Files(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(path.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			formatted, err := Format(file, data)
			if err != nil || string(formatted) != string(data) {
				t.Errorf("%s/%s: %v, formatted:\n%s", name, file, err, formatted)
			}
		}
	}
}

func TestFormatRefusesWhatIsNotYAML(t *testing.T) {
	_, err := Format("a.yaml", []byte("a: [\n"))
	if err == nil || !strings.HasPrefix(err.Error(), "a.yaml:1: not YAML: ") {
		t.Error(err)
	}
}

func TestFormatRefusesToLoseAComment(t *testing.T) {
	for _, text := range []string{
		"a: [ # lost\n  1]\n",
		"a: { # lost\n  b: 1}\n",
		"a: | # lost\n  text\n",
		"a: # kept\n  # kept\n  b: 1\n",
		"a: 1\n... # lost\n",
	} {
		formatted, err := Format("a.yaml", []byte(text))
		if lost := strings.Count(string(formatted), "#") < strings.Count(text, "#"); lost && err == nil {
			t.Errorf("%q became %q", text, formatted)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "a.yaml: cannot format the file without changing what it says\n  hint: put comments on lines of their own") {
			t.Error(err)
		}
	}
}

func checkFormat(t interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}, data []byte) {
	t.Helper()
	once, err := Format("f.yaml", data)
	if err != nil {
		return // it refuses what it cannot keep
	}
	twice, err := Format("f.yaml", once)
	if err != nil {
		t.Fatalf("cannot format the result: %v\n%s", err, once)
	}
	if string(once) != string(twice) {
		t.Fatalf("not a fixpoint:\n%s\nthen:\n%s", once, twice)
	}
	before, err := loadText(data)
	if err != nil {
		return
	}
	after, err := loadText(once)
	if err != nil {
		t.Fatalf("loads no longer: %v\n%s", err, once)
	}
	if asJSON(t, before) != asJSON(t, after) {
		t.Fatalf("the meaning has changed:\n%s\nto:\n%s", data, once)
	}
}

func loadText(data []byte) (*Estate, error) {
	return Load(fstest.MapFS{"f.yaml": {Data: data}}, "")
}
