package simulator

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
)

// Load reads a cloud file, with the file that it names as its base, and checks it. All
// mistakes are reported together as strictyaml.Problems, with their places; another
// error means that a file cannot be read.
func Load(path string) (File, error) {
	file, problems, err := read(path)
	if err != nil {
		return File{}, err
	}
	if file.Base != "" {
		base, found, err := readBase(path, file)
		if err != nil {
			return File{}, err
		}
		if len(found) > 0 {
			return File{}, append(problems, found...).Err()
		}
		file, problems = overlay(base, file, problems)
	}
	if file.Pos != (strictyaml.Pos{}) { // it could be read at all
		problems = append(problems, check(file, problems)...)
	}
	return file, problems.Err()
}

// read decodes one file without looking at what it means.
func read(path string) (File, strictyaml.Problems, error) {
	data, err := strictyaml.ReadFile(os.DirFS(filepath.Dir(path)), filepath.Base(path), strictyaml.MaxSize)
	if named, ok := errors.AsType[*fs.PathError](err); ok {
		named.Path = path
		return File{}, nil, named
	}
	documents, problems := strictyaml.Parse(path, data)
	place := strictyaml.Position{File: path}
	switch {
	case len(problems) > 0:
		return File{}, problems, nil
	case len(documents) == 0:
		return File{}, strictyaml.Problems{place.Problem("the file is empty", "a cloud file needs at least regions and accounts")}, nil
	case len(documents) > 1:
		second := strictyaml.Place(path, documents[1])
		return File{}, strictyaml.Problems{second.Problem("a cloud file is a single document", "remove the line ---")}, nil
	}
	var file File
	problems = strictyaml.Decode(path, documents[0], &file)
	return file, problems, nil
}

// readBase reads the file that an overlay names. It stands in the same directory, so
// that a cloud file never reaches out of it, and is no overlay itself.
func readBase(path string, file File) (File, strictyaml.Problems, error) {
	if file.Base != filepath.Base(file.Base) || strings.HasPrefix(file.Base, ".") {
		problem := file.Pos.Field("base").Problem("base must be the name of a file in the same directory", "")
		return File{}, strictyaml.Problems{problem}, nil
	}
	basePath := filepath.Join(filepath.Dir(path), file.Base)
	if _, err := os.Stat(basePath); os.IsNotExist(err) {
		problem := file.Pos.Field("base").Problem("there is no file "+basePath, "")
		return File{}, strictyaml.Problems{problem}, nil
	}
	base, problems, err := read(basePath)
	if err == nil && base.Base != "" {
		problems = append(problems, file.Pos.Field("base").Problem(file.Base+" has a base itself", "name that file here, and copy what differs"))
	}
	return base, problems, err
}
