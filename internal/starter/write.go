package starter

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/amisync/amisync/schema"
)

// Obstacle is something that keeps files from being written.
type Obstacle struct {
	Path string // below the root, with slashes
	Says string // why, such as "is there already"
}

// CodeOwners reports whether it is a file of code owners.
func (o Obstacle) CodeOwners() bool { return path.Base(o.Path) == path.Base(codeOwners) }

// InTheWay tells what keeps the files from being written below root: each thing
// that is there already, and each that is no directory where one has to be; a
// symbolic link is none. So do code owners elsewhere, and other manifests. An
// error means that something could not be looked at.
func InTheWay(root *os.Root, files []File) (found []Obstacle, err error) {
	told := map[string]bool{}
	for _, file := range files {
		name, says, err := obstacle(root, file.Path)
		if err != nil {
			return nil, err
		}
		if says != "" && !told[name] {
			found = append(found, Obstacle{name, says})
		}
		told[name] = true
	}
	owners, err := otherCodeOwners(root, files)
	if err != nil {
		return nil, err
	}
	others, err := otherManifests(root, files)
	return slices.Concat(found, owners, others), err
}

// otherCodeOwners finds the code owners in force, which the new ones would
// replace: GitHub reads the first file that it finds, and looks into .github first.
// Source: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-file-location
func otherCodeOwners(root *os.Root, files []File) (found []Obstacle, err error) {
	if !contains(files, codeOwners) {
		return nil, nil
	}
	for _, other := range []string{"CODEOWNERS", "docs/CODEOWNERS"} {
		name, says, err := obstacle(root, other)
		if err != nil {
			return nil, err
		}
		if name == other && says != "" {
			found = append(found, Obstacle{other, "is there already, and GitHub would read " + codeOwners + " instead"})
		}
	}
	return found, nil
}

// otherManifests finds manifests of another estate, which the new ones would
// become a part of.
func otherManifests(root *os.Root, files []File) ([]Obstacle, error) {
	if info, err := root.Lstat(manifests); err != nil || !info.IsDir() { // what is no directory is told of already
		return nil, nil
	}
	below, err := fs.Sub(root.FS(), manifests)
	if err != nil {
		return nil, err
	}
	names, err := schema.Files(below)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if other := path.Join(manifests, name); !contains(files, other) {
			return []Obstacle{{other, "is there already, and the example would belong to the same estate"}}, nil
		}
	}
	return nil, nil
}

func contains(files []File, name string) bool {
	return slices.ContainsFunc(files, func(f File) bool { return f.Path == name })
}

// obstacle returns the first on the path that is in the way, and why; "" where
// nothing is.
func obstacle(root *os.Root, file string) (name, says string, err error) {
	steps := strings.Split(file, "/")
	for i := range steps {
		name := strings.Join(steps[:i+1], "/")
		info, err := root.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", "", nil
		case err != nil:
			return "", "", err
		case name == file:
			return name, "is there already", nil
		case !info.IsDir():
			return name, "is no directory", nil
		}
	}
	return "", "", nil
}

// Write writes the files below root, each as a whole, and replaces none. It stops
// at the first failure; written are the paths of those before it.
func Write(root *os.Root, files []File) (written []string, err error) {
	for _, file := range files {
		if err := write(root, file); err != nil {
			return written, err
		}
		written = append(written, file.Path)
	}
	return written, nil
}

func write(root *os.Root, file File) error {
	if err := root.MkdirAll(path.Dir(file.Path), 0o777); err != nil {
		return err
	}
	out, err := root.OpenFile(file.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = out.Write(file.Content)
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, root.Remove(file.Path))
	}
	return nil
}
