package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
)

// Files returns the names of all manifest files in fsys, sorted: *.yaml and
// *.yml at any depth. What begins with a dot is skipped, files and directories.
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

func readRegular(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, readError(err)
	case info.IsDir():
		return nil, errors.New("a symbolic link to a directory is not followed")
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > strictyaml.MaxSize:
		return nil, fmt.Errorf("the file has %d bytes, more than the %d that are read", info.Size(), strictyaml.MaxSize)
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, readError(err)
	}
	return data, nil
}

// readError drops the path, which the message begins with already.
func readError(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return fmt.Errorf("cannot read the file: %w", err)
}
