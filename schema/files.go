package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/amisync/amisync/internal/strictyaml"
)

// Files returns the names of all manifest files in fsys, sorted: *.yaml and
// *.yml at any depth. What begins with a dot is skipped, files and directories.
// More than fifty thousand are an error, and so is a name with characters that
// do not show: messages begin with names.
func Files(fsys fs.FS) ([]string, error) {
	var files []string
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".":
			return nil
		case strings.HasPrefix(entry.Name(), ".") && entry.IsDir():
			return fs.SkipDir
		case strings.HasPrefix(entry.Name(), ".") || entry.IsDir():
			return nil
		case isManifest(name) || linksToDirectory(fsys, name, entry):
			files = append(files, name)
			if !strictyaml.Visible(name) {
				return fmt.Errorf("a file is called %+q, which does not show as it is", name)
			}
		}
		if len(files) > maxFiles {
			return fmt.Errorf("there are more than %d manifest files", maxFiles)
		}
		return nil
	})
	slices.Sort(files)
	return files, err
}

func isManifest(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml":
		return true
	}
	return false
}

// linksToDirectory reports whether the entry is a symbolic link behind which
// manifests could be. It is listed, so that reading it is refused rather than
// what is behind it forgotten.
func linksToDirectory(fsys fs.FS, name string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return false
	}
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir() || err != nil && !errors.Is(err, fs.ErrNotExist)
}

// readManifest reads a file of the estate. Its errors do not repeat the name,
// which every message begins with.
func readManifest(fsys fs.FS, name string) ([]byte, error) {
	data, err := strictyaml.ReadFile(fsys, name, strictyaml.MaxSize)
	if errors.Is(err, syscall.EISDIR) { // Files lists none but links
		return nil, errors.New("a symbolic link to a directory is not followed")
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fmt.Errorf("cannot read the file: %w", path.Err)
	}
	return data, err
}
