package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// module is a module of which packages are linked, or the standard library.
type module struct {
	path, version string
	// licenceFiles and noticeFiles are those that cover the linked packages: of
	// their directories and all above, up to the module's.
	licenceFiles, noticeFiles []string
}

// known is how much of a licence file must be the text of licences, in percent.
// The rest are names, and notes such as which licence covers which files.
const known = 75

// licences returns what the licence files say, sorted.
func (m module) licences() (names []string, unclear error) {
	if len(m.licenceFiles) == 0 {
		return nil, errors.New("it has no licence file")
	}
	for _, path := range m.licenceFiles {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		coverage := licensecheck.Scan(text)
		for _, match := range coverage.Match {
			names = append(names, match.ID)
		}
		if coverage.Percent < known {
			unclear = fmt.Errorf("%s: only %.0f %% of it is the text of a known licence", path, coverage.Percent)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), unclear
}

// linked returns the modules that the target needs on any of the systems that
// it is built for, by path, and the standard library first.
func linked(ctx context.Context, root, target string) ([]module, error) {
	modules := map[string]*module{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		packages, err := dependencies(ctx, root, target, system)
		if err != nil {
			return nil, err
		}
		for _, p := range packages {
			if p.Module == nil || p.Module.Main {
				continue
			}
			m := modules[p.Module.Path]
			if m == nil {
				m = &module{path: p.Module.Path, version: p.Module.Version}
				modules[p.Module.Path] = m
			}
			if err := m.add(p.Dir, p.Module.Dir); err != nil {
				return nil, err
			}
		}
	}
	goroot, err := standardLibrary(ctx)
	if err != nil {
		return nil, err
	}
	all := []module{goroot}
	for _, m := range modules {
		all = append(all, *m)
	}
	slices.SortFunc(all[1:], func(a, b module) int { return cmp.Compare(a.path, b.path) })
	return all, nil
}

func standardLibrary(ctx context.Context) (module, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return module{}, err
	}
	m := module{path: "std", version: runtime.Version()}
	goroot := strings.TrimSpace(string(out))
	return m, m.add(goroot, goroot)
}

// listedPackage is what `go list -json` says of a package.
type listedPackage struct {
	Dir    string
	Module *struct {
		Path, Version, Dir string
		Main               bool
	}
}

func dependencies(ctx context.Context, root, target, system string) ([]listedPackage, error) {
	command := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Dir,Module", target)
	command.Dir, command.Stderr = root, os.Stderr
	command.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var packages []listedPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}

// add notes the files of a package's directory, and of all above it up to the
// module's.
func (m *module) add(directory, top string) error {
	licence, notice := regexp.MustCompile(`(?i)^(.*[-_.])?(licen[cs]es?|copying)([-_.].*)?$`), regexp.MustCompile(`(?i)^(notice|copyright)([-_.].*)?$`)
	for {
		entries, err := os.ReadDir(directory)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			path := filepath.Join(directory, entry.Name())
			switch {
			case entry.IsDir() || filepath.Ext(path) == ".go":
			case licence.MatchString(entry.Name()) && !slices.Contains(m.licenceFiles, path):
				m.licenceFiles = append(m.licenceFiles, path)
			case notice.MatchString(entry.Name()) && !slices.Contains(m.noticeFiles, path):
				m.noticeFiles = append(m.noticeFiles, path)
			}
		}
		if directory == top {
			return nil
		}
		directory = filepath.Dir(directory)
	}
}
