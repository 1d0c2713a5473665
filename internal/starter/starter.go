// Package starter holds a first estate: manifests whose comments say what to
// change, and what runs amisync on GitHub.
package starter

import (
	"bytes"
	"cmp"
	"embed"
	"io/fs"
	"slices"
	"strings"
	"text/template"

	"gopkg.in/yaml.v3"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/schema"
)

// Options fill in what would be a placeholder. Their values are checked already.
type Options struct {
	Account    string   // id of the account that owns images; empty: a placeholder, marked
	Role       string   // ARN of the role in it to assume; empty: none
	Regions    []string // where to look for images, of one partition; none: a placeholder, marked
	Workflows  bool     // with the workflows for GitHub Actions
	CodeOwners bool     // with code owners for GitHub
}

// PlaceholderRegions stand where no regions are given.
func (Options) PlaceholderRegions() []string { return []string{"us-east-1"} }

// Partition is the one that the regions belong to.
func (o Options) Partition() string {
	return principal.RegionPartition(principal.AWS, slices.Concat(o.Regions, o.PlaceholderRegions())[0])
}

// File is one file of the estate.
type File struct {
	Path    string // below the root of the repository, with slashes
	Content []byte
}

// The files as they are written, but for accounts and readers, which are templates,
// and the overlay, which is commented out.
//
//go:embed all:estate
var estate embed.FS

const (
	manifests  = "manifests"
	accounts   = "manifests/accounts.yaml"
	readers    = ".amisync/readers/accounts.yaml"
	schemaFile = "manifests/amisync.schema.json"
	workflows  = ".github/workflows/"
	codeOwners = ".github/CODEOWNERS"

	noOverlay = "      # overlay: .amisync/readers # CHANGE THIS: write it once manifests/accounts.yaml names a role\n"
	overlay   = "      overlay: .amisync/readers\n"
)

// Files returns the estate, sorted by path. It is valid, in canonical form, and
// without any effect until somebody edits it: its one image share matches no
// image and gives nobody access.
func Files(options Options) ([]File, error) {
	root, err := fs.Sub(estate, "estate")
	if err != nil {
		return nil, err
	}
	files := []File{{schemaFile, schema.JSONSchema()}}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !options.wants(name) {
			return err
		}
		content, err := fs.ReadFile(root, name)
		switch {
		case err != nil:
		case name == accounts || name == readers:
			content, err = fill(name, string(content), options)
		case options.wants(readers):
			content = bytes.ReplaceAll(content, []byte(noOverlay), []byte(overlay))
		}
		files = append(files, File{name, content})
		return err
	})
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return files, err
}

// wants reports whether a file is part of the estate. The workflows that may only
// read need readers, but only in the place of a role.
func (o Options) wants(name string) bool {
	switch {
	case name == readers:
		return o.Workflows && o.Role != ""
	case name == codeOwners:
		return o.CodeOwners
	}
	return o.Workflows || !strings.HasPrefix(name, workflows)
}

// CodeOwners returns the lines that guard the estate: what to add to code owners
// that are there already.
func CodeOwners() ([]string, error) {
	text, err := estate.ReadFile("estate/" + codeOwners)
	var lines []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines, err
}

// fill writes the options into a template.
func fill(name, text string, options Options) ([]byte, error) {
	quoted := func(value string) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSpace(string(text)), err
	}
	filled, err := template.New(name).Funcs(template.FuncMap{"yaml": quoted}).Parse(text)
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	err = filled.Execute(&content, options)
	return content.Bytes(), err
}
