package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

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
			&cli.BoolFlag{Name: "no-workflows", Usage: "leave the workflows out"},
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
	if err := os.MkdirAll(dir, 0o777); err != nil {
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
	t.showNext(dir, options)
	return err
}

// nothingInTheWay refuses to write where anything would have to give way.
func nothingInTheWay(root *os.Root, files []starter.File) error {
	found, err := starter.InTheWay(root, files)
	if err != nil || len(found) == 0 {
		return err
	}
	return errors.Join(append(found, hinted{errors.New("nothing was written: init overwrites nothing"),
		"write into a new directory, and take what you want from there: amisync init DIR"})...)
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
		"  amisync plan                                   # changes nothing: so far, it only warns that the example matches no image\n")
	if options.Workflows {
		fmt.Fprintln(t.err, "Then make the roles that the comments in .github/workflows ask for.")
	}
}

// starterOptions reads what takes the place of placeholders.
func starterOptions(c *cli.Context) (starter.Options, error) {
	options := starter.Options{Account: c.String("account"), Role: c.String("role"), Regions: sorted(c.StringSlice("region")), Workflows: !c.Bool("no-workflows")}
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
