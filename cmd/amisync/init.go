package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/amisync/amisync/internal/starter"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/report"
)

func initCommand(t *tool) *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "write a first estate, with comments that say what to change", ArgsUsage: "[DIR]",
		Description: "Writes manifests, code owners and workflows for GitHub Actions into DIR, the root of a repository (this directory,\n" +
			"where none is named). Overwrites nothing. What it writes gives nobody access and takes it from nobody.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "account", Usage: "the images belong to the account with this `ID`"},
			&cli.StringSliceFlag{Name: "region", Usage: "look for images in this `REGION`; repeatable"},
			&cli.StringFlag{Name: "role", Usage: "assume the role with this `ARN`, of that account"},
			&cli.BoolFlag{Name: "no-workflows", Usage: "leave out what GitHub reads: workflows and code owners"},
			&cli.BoolFlag{Name: "no-code-owners", Usage: "leave the code owners out, and show what to add to others"},
		},
		Action: t.init,
	}
}

func (t *tool) init(c *cli.Context) error {
	if c.NArg() > 1 {
		return &usageError{message: fmt.Sprintf("init takes one directory at most, got %q too", c.Args().Get(1)), command: c.Command}
	}
	options, err := starterOptions(c)
	if err != nil {
		return err
	}
	files, err := starter.Files(options)
	if err != nil {
		return err
	}
	dir := filepath.Join(c.Args().First(), ".")
	if err := os.MkdirAll(dir, 0o777); errors.Is(err, syscall.ENOTDIR) {
		return hinted{fmt.Errorf("%s is not a directory", dir), "name another: amisync init DIR"}
	} else if err != nil {
		return hinted{fmt.Errorf("there is no directory to write to: %w", err), "name another: amisync init DIR"}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := nothingInTheWay(root, files); err != nil {
		return err
	}
	written, failed := starter.Write(root, files)
	var list strings.Builder
	for _, name := range written {
		fmt.Fprintln(&list, report.Safe(filepath.Join(dir, name)))
	}
	_, err = io.WriteString(t.out, list.String())
	switch {
	case failed != nil && len(written) > 0:
		return errors.Join(err, hinted{fmt.Errorf("not everything was written: %w", failed), "remove the files above before you try again"})
	case failed != nil:
		return fmt.Errorf("nothing was written: %w", failed)
	}
	t.showRepository(dir, options)
	t.showNext(dir, options)
	return errors.Join(err, t.showCodeOwners(c.Bool("no-code-owners")))
}

// nothingInTheWay refuses to write where anything would have to give way.
func nothingInTheWay(root *os.Root, files []starter.File) error {
	found, err := starter.InTheWay(root, files)
	if err != nil || len(found) == 0 {
		return err
	}
	var wrong []error
	elsewhere, keep := "", ""
	for _, o := range found {
		wrong = append(wrong, fmt.Errorf("%s %s", filepath.Join(root.Name(), o.Path), o.Says))
		if o.CodeOwners() {
			keep = "--no-code-owners keeps yours, and shows what to add"
		} else {
			elsewhere = "write into a new directory, and take what you want from there: amisync init DIR"
		}
	}
	hint := strings.Trim(elsewhere+"; "+keep, "; ")
	return errors.Join(append(wrong, hinted{errors.New("nothing was written: init overwrites nothing"), hint})...)
}

// showRepository warns of files for GitHub in a directory inside of a repository:
// GitHub reads those at its root only.
func (t *tool) showRepository(dir string, options starter.Options) {
	if !options.Workflows && !options.CodeOwners {
		return
	}
	if root := repositoryAbove(dir); root != "" {
		t.tell(fmt.Sprintf("warning: GitHub does not read %s: the root of the repository is %s", filepath.Join(dir, ".github"), root))
		t.tell("hint: start again there, or leave these files out: amisync init --no-workflows DIR")
	}
}

// repositoryAbove is the root of the git repository that a directory is in; ""
// where it is the root itself, or in none. A worktree has a file .git.
func repositoryAbove(dir string) string {
	start, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for at := start; ; at = filepath.Dir(at) {
		switch _, err := os.Lstat(filepath.Join(at, ".git")); {
		case err == nil && at != start:
			return at
		case err == nil || at == filepath.Dir(at):
			return ""
		}
	}
}

// showNext says what to do with the files.
func (t *tool) showNext(dir string, options starter.Options) {
	fmt.Fprintln(t.err, "Next:")
	if dir != "." {
		fmt.Fprintf(t.err, "  cd %s\n", report.Safe(shellWord(dir)))
	}
	fmt.Fprint(t.err,
		"  amisync doctor                                 # edit manifests/accounts.yaml until this finds no problem\n",
		"  amisync import --out manifests/imported.yaml   # writes down what is shared today\n",
		"  amisync doctor                                 # once more: CHANGE is tried once a share picks an image\n",
		"  amisync plan                                   # changes nothing: so far, it warns that the example matches no image (AMI014)\n",
		"                                                 # and may report public images (AMI015)\n")
	if options.Workflows {
		fmt.Fprintln(t.err, "Then make the roles that the comments in .github/workflows ask for.")
	}
}

// showCodeOwners says what other code owners lack, where there are some.
func (t *tool) showCodeOwners(others bool) error {
	if !others {
		return nil
	}
	lines, err := starter.CodeOwners()
	if err == nil {
		fmt.Fprintf(t.err, "Add to your CODEOWNERS, with a team of your own, and require review from code owners:\n  %s\n", strings.Join(lines, "\n  "))
	}
	return err
}

// starterOptions reads what takes the place of placeholders.
func starterOptions(c *cli.Context) (starter.Options, error) {
	options := starter.Options{Account: c.String("account"), Role: c.String("role"), Regions: sorted(c.StringSlice("region")), Workflows: !c.Bool("no-workflows"), CodeOwners: !c.Bool("no-code-owners") && !c.Bool("no-workflows")}
	if c.IsSet("account") {
		if err := principal.CheckAccount(principal.AWS, options.Account); err != nil {
			return options, misshapen("account", err)
		}
	}
	for _, region := range options.Regions {
		if err := principal.CheckRegion(principal.AWS, region); err != nil {
			return options, misshapen("region", err)
		}
		if partition := principal.RegionPartition(principal.AWS, region); partition != options.Partition() {
			return options, &usageError{message: fmt.Sprintf("--region: %s is in partition %s, %s in %s", options.Regions[0], options.Partition(), region, partition),
				hint: "an account exists in one partition only; add an OwnerAccount for the other one later"}
		}
	}
	if !c.IsSet("role") {
		return options, nil
	}
	account, err := principal.RoleAccount(principal.AWS, options.Role)
	switch {
	case err != nil:
		return options, misshapen("role", err)
	case options.Account != "" && options.Account != account:
		return options, &usageError{message: fmt.Sprintf("--role: the role belongs to account %s, not to %s", account, options.Account), hint: "name a role of the account that owns the images"}
	case principal.Partition(options.Role) != options.Partition():
		return options, &usageError{message: fmt.Sprintf("--role: the role is in partition %s, the regions in %s", principal.Partition(options.Role), options.Partition()),
			hint: "name the account's regions with --region"}
	}
	options.Account = account
	return options, nil
}

// misshapen is a flag's value that has not the form of an id.
func misshapen(flag string, err error) error {
	usage := &usageError{message: "--" + flag + ": " + err.Error()}
	if shape, ok := errors.AsType[*principal.ShapeError](err); ok {
		usage.hint = shape.Hint
	}
	return usage
}
