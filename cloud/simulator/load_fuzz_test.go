package simulator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/amisync/amisync/internal/strictyaml"
)

// Whatever a cloud file holds, it is refused with places in it, or a cloud
// starts from it.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml", "../../testdata/clouds/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			if len(data) < 5000 {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "cloud.yaml")
		must(t, os.WriteFile(path, data, 0o600))
		file, err := simulator.Load(path)
		if err == nil {
			if _, err := simulator.New(file, simulator.Options{}); err != nil {
				t.Errorf("it was read without a problem, and then: %v", err)
			}
			return
		}
		problems, ok := err.(strictyaml.Problems)
		if !ok {
			t.Fatalf("%v is a %T", err, err)
		}
		for _, p := range problems {
			if p.Message == "" || p.Line > strings.Count(string(data), "\n")+1 {
				t.Errorf("%+v", p)
			}
		}
	})
}
