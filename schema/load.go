package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/amisync/amisync/internal/strictyaml"
	"gopkg.in/yaml.v3"
)

// Estate is all manifests under one directory, as they are written.
type Estate struct {
	Root        string // the directory, as it appears in file names
	Owners      []OwnerAccount
	Directories []Directory
	Shares      []ImageShare
	Policies    []Policy // Compile accepts one at most

	texts map[string][]byte // of the files with policies, to find places inside of scalars
}

// LoadDir loads the manifests in a directory of the file system. Symbolic links
// that lead out of it are refused.
func LoadDir(dir string) (*Estate, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, unreadable(dir, err)
	}
	defer root.Close()
	return Load(root.FS(), filepath.ToSlash(dir))
}

// Load reads all manifests in fsys (see Files). Root is the name of fsys in
// messages. The error is of type strictyaml.Problems and tells everything that
// is wrong.
//
// What a symbolic link may reach is for fsys to decide; the file system of an
// os.Root keeps them inside.
func Load(fsys fs.FS, root string) (*Estate, error) {
	l := loader{estate: &Estate{Root: root, texts: map[string][]byte{}}}
	files, err := Files(fsys)
	if err != nil {
		return nil, unreadable(root, err)
	}
	if len(files) == 0 {
		return nil, strictyaml.Problems{strictyaml.Position{File: root}.Problem("there are no manifests in this directory",
			"amisync init writes a first estate; all files named *.yaml or *.yml count")}
	}
	for _, file := range files {
		if l.file(fsys, file); l.exceeded() {
			break
		}
	}
	if len(l.problems) > 0 && !l.lost {
		_, more := l.estate.compile(compiler{partial: true})
		l.problems = append(l.problems, more...)
	}
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	return l.estate, nil
}

func unreadable(root string, err error) error {
	hint := ""
	if errors.Is(err, fs.ErrNotExist) {
		hint = "name the directory with --manifests DIR, or write a first estate: amisync init"
	}
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return strictyaml.Problems{strictyaml.Position{File: root}.Problem(fmt.Sprintf("cannot read the manifests: %v", err), hint)}
}

type loader struct {
	estate   *Estate
	problems strictyaml.Problems
	bytes    int
	values   int
	// lost says that names are missing from the estate because of the problems,
	// so that what refers to them cannot be checked.
	lost bool
}

func (l *loader) file(fsys fs.FS, name string) {
	display := path.Join(l.estate.Root, name)
	data, err := readManifest(fsys, name)
	if err != nil {
		l.lost = true
		l.problems = append(l.problems, strictyaml.Position{File: display}.Problem(err.Error(), ""))
		return
	}
	documents, problems := strictyaml.Parse(display, data)
	l.bytes += len(data)
	l.problems = append(l.problems, problems...)
	l.lost = l.lost || len(problems) > 0
	empty := true
	for _, document := range documents {
		if l.values += count(document); l.values > maxValues || len(l.problems) > maxProblems {
			return // exceeded says so
		}
		if !strictyaml.Empty(document) {
			empty = false
			l.document(display, data, document)
		}
	}
	if empty && len(problems) == 0 {
		l.problems = append(l.problems, strictyaml.Position{File: display}.Problem("the file holds no document", "remove it, or write a manifest"))
	}
}

func (l *loader) document(file string, data []byte, document *yaml.Node) {
	kind, problems := identify(file, document)
	if len(problems) > 0 {
		l.problems = append(l.problems, problems...)
		l.lost = true
		return
	}
	switch kind {
	case KindOwnerAccount:
		l.lost = !decode(l, file, document, &l.estate.Owners) || l.lost
	case KindDirectory:
		l.lost = !decode(l, file, document, &l.estate.Directories) || l.lost
	case KindImageShare:
		decode(l, file, document, &l.estate.Shares)
	case KindPolicy:
		decode(l, file, document, &l.estate.Policies)
		l.estate.texts[file] = data
	}
}

// decode adds the document to the list, unless something is wrong in it.
func decode[T any](l *loader, file string, document *yaml.Node, list *[]T) bool {
	var value T
	problems := strictyaml.Decode(file, document, &value)
	if len(problems) == 0 {
		*list = append(*list, value)
	}
	l.problems = append(l.problems, problems...)
	return len(problems) == 0
}

// exceeded reports whether to stop reading, and adds the problem that says why.
func (l *loader) exceeded() bool {
	at := strictyaml.Position{File: l.estate.Root}
	switch {
	case len(l.problems) > maxProblems:
		l.problems = append(l.problems, at.Problem("there are more mistakes than these; what follows was not read", "mend these first"))
	case l.bytes > maxBytes:
		l.problems = append(l.problems, at.Problem(fmt.Sprintf("the manifests have more than the %d MiB that are read", maxBytes>>20), "split them into directories that are planned one by one"))
	case l.values > maxValues:
		l.problems = append(l.problems, at.Problem(fmt.Sprintf("the manifests have more than the %d values that are read", maxValues), "split them into directories that are planned one by one"))
	default:
		return false
	}
	l.lost = true
	return true
}

// count is the number of values in a node, itself included.
func count(node *yaml.Node) int {
	n := 1
	for _, child := range node.Content {
		n += count(child)
	}
	return n
}

// identify returns the document's kind.
func identify(file string, document *yaml.Node) (string, strictyaml.Problems) {
	version, kind := strictyaml.Get(document, "apiVersion"), strictyaml.Get(document, "kind")
	kinds := []string{KindOwnerAccount, KindDirectory, KindImageShare, KindPolicy}
	var problems strictyaml.Problems
	report := func(node *yaml.Node, message, hint string) {
		problems = append(problems, strictyaml.Place(file, node).Problem(message, hint))
	}
	switch {
	case version == nil:
		report(document, `"apiVersion" is missing: not an amisync manifest`, "every document begins with apiVersion: "+APIVersion)
	case version.Value != APIVersion:
		report(version, fmt.Sprintf("unknown apiVersion %q", version.Value), "this amisync reads "+APIVersion)
	}
	switch {
	case kind == nil && version != nil:
		report(document, `"kind" is missing`, "a document's kind is OwnerAccount, Directory, ImageShare or Policy")
	case kind != nil && !slices.Contains(kinds, kind.Value):
		report(kind, fmt.Sprintf("unknown kind %q", kind.Value),
			strictyaml.DidYouMean(kind.Value, kinds, "a document's kind is OwnerAccount, Directory, ImageShare or Policy"))
	}
	if len(problems) > 0 {
		return "", problems
	}
	return kind.Value, nil
}
