package schema

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/amisync/amisync/internal/strictyaml"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// Whatever an estate says, Marshal writes it so that Load reads the same, and
// Format keeps it.
func TestMarshalledEstatesSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		estate := drawEstate(t)
		text, err := Marshal(estate.documents()...)
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := loadText(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if estate.Root = loaded.Root; asJSON(t, estate) != asJSON(t, loaded) {
			t.Fatalf("reads otherwise than it was written:\n%s", text)
		}
		if formatted, err := Format("f.yaml", text); err != nil || string(formatted) != string(text) {
			t.Fatalf("not canonical: %v\n%s\nformatted:\n%s", err, text, formatted)
		}
	})
}

// Whatever the order of keys and the indentation, comments and blank lines
// between the lines of a manifest survive, and so does the meaning.
func TestFormatKeepsEveryComment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, err := Marshal(drawEstate(t).documents()...)
		if err != nil {
			t.Fatal(err)
		}
		commented, comments := drawComments(t, drawOrder(t, text))
		formatted, err := Format("f.yaml", []byte(commented))
		if err != nil {
			t.Fatalf("%v\n%s", err, commented)
		}
		for _, comment := range comments {
			if strings.Count(string(formatted), comment) != 1 {
				t.Fatalf("%s is lost:\n%s\nformatted:\n%s", comment, commented, formatted)
			}
		}
		checkFormat(t, []byte(commented))
	})
}

func (e *Estate) documents() []any {
	var documents []any
	for _, d := range e.Owners {
		documents = append(documents, d)
	}
	for _, d := range e.Directories {
		documents = append(documents, d)
	}
	for _, d := range e.Shares {
		documents = append(documents, d)
	}
	for _, d := range e.Policies {
		documents = append(documents, d)
	}
	return documents
}

func drawEstate(t *rapid.T) *Estate {
	return &Estate{
		Owners:      some(rapid.Custom(drawOwner), 0, 2).Draw(t, "owners"),
		Directories: some(rapid.Custom(drawDirectory), 0, 2).Draw(t, "directories"),
		Shares:      some(rapid.Custom(drawShare), 1, 3).Draw(t, "shares"),
		Policies:    some(rapid.Custom(drawPolicy), 0, 1).Draw(t, "policies"),
	}
}

// some draws a slice that is nil when it is empty, as those of Load are.
func some[T any](element *rapid.Generator[T], least, most int) *rapid.Generator[[]T] {
	return rapid.Map(rapid.SliceOfN(element, least, most), func(list []T) []T {
		if len(list) == 0 {
			return nil
		}
		return list
	})
}

// words are what YAML readers disagree about, besides the usual.
var words = rapid.OneOf(
	rapid.StringMatching(`[a-z][a-z0-9/ _.*?-]{0,12}`),
	rapid.SampledFrom([]string{"yes", "no", "null", "~", "0123", "1e3", "2027-01-31", "a: b", "# no comment", "a #b", "- x", "*", "&a", "<<", "true",
		"two\nlines", "trailing\n", " spaced ", "ümlaut", "'", `"`, "{", "[x]", "%", "@", "|", "!", "0x10", "1_000", ".5", "=", "12:30:45"}),
)

var (
	account = rapid.StringMatching(`[0-9]{12}`)
	keys    = words.Filter(func(word string) bool { return !strings.Contains(word, "\n") })
	labels  = rapid.MapOfN(keys, words, 0, 2)
)

func drawHeader(t *rapid.T, kind string) Header {
	h := NewHeader(kind, rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "name"))
	if l := labels.Draw(t, "labels"); len(l) > 0 {
		h.Metadata.Labels = l
	}
	return h
}

func drawOwner(t *rapid.T) OwnerAccount {
	return OwnerAccount{Header: drawHeader(t, KindOwnerAccount), Spec: OwnerAccountSpec{
		ID:         account.Draw(t, "id"),
		ExternalID: rapid.SampledFrom([]string{"", "acme", "0123"}).Draw(t, "externalId"),
		Regions:    []string{"us-east-1", "eu-west-1"},
		Quotas:     Quotas{PublicImages: rapid.IntRange(0, 2).Draw(t, "public images"), SharingEntities: rapid.IntRange(0, 2).Draw(t, "entities")},

		SourceIdentity: rapid.Bool().Draw(t, "sourceIdentity"),
	}}
}

func drawDirectory(t *rapid.T) Directory {
	d := Directory{Header: drawHeader(t, KindDirectory)}
	if accounts := rapid.MapOfN(keys, account, 0, 3).Draw(t, "accounts"); len(accounts) > 0 {
		d.Spec.Accounts = accounts
	}
	groups := rapid.MapOfN(keys, rapid.SliceOfN(rapid.Custom(drawRef), 1, 3), 0, 2).Draw(t, "groups")
	if len(groups) > 0 {
		d.Spec.Groups = groups
	}
	return d
}

func drawRef(t *rapid.T) PrincipalRef {
	if rapid.Bool().Draw(t, "group") {
		return PrincipalRef{Group: words.Draw(t, "name")}
	}
	return PrincipalRef{Account: rapid.OneOf(words, account).Draw(t, "account")}
}

func drawShare(t *rapid.T) ImageShare {
	s := ImageShare{Header: drawHeader(t, KindImageShare), Spec: ImageShareSpec{
		Owner:             words.Draw(t, "owner"),
		Images:            Images{Name: words.Draw(t, "pattern"), Newest: rapid.IntRange(0, 3).Draw(t, "newest")},
		LaunchPermissions: rapid.SliceOfN(rapid.Custom(drawPermission), 0, 4).Draw(t, "permissions"),
	}}
	if tags := labels.Draw(t, "tags"); len(tags) > 0 {
		s.Spec.Images.Tags = tags
	}
	return s
}

func drawPermission(t *rapid.T) LaunchPermission {
	p := LaunchPermission{
		Until:  days.Draw(t, "until"),
		Reason: rapid.OneOf(rapid.Just(""), words).Draw(t, "reason"),
	}
	if rapid.Bool().Draw(t, "public") {
		p.Public = true
	} else {
		p.PrincipalRef = drawRef(t)
	}
	return p
}

func drawPolicy(t *rapid.T) Policy {
	limit := rapid.IntRange(0, 100).Draw(t, "limit")
	return Policy{Header: drawHeader(t, KindPolicy), Spec: PolicySpec{
		Public:       rapid.SampledFrom([]string{"", "deny", "allow"}).Draw(t, "public"),
		PublicShares: some(rapid.Custom(drawPublicShare), 0, 2).Draw(t, "publicShares"),
		Revokes:      RevokeLimits{Max: &limit},
		Allow:        rapid.SampledFrom([]AllowList{nil, {}, {drawRef(t)}}).Draw(t, "allow"),
		Severities:   rapid.SampledFrom([]map[string]string{nil, {"AMI007": "error", "AMI003": "note"}}).Draw(t, "severities"),
		Exceptions:   some(rapid.Custom(drawException), 0, 2).Draw(t, "exceptions"),
		Ignore:       some(rapid.Custom(drawIgnore), 0, 2).Draw(t, "ignore"),
		Rules:        some(rapid.Custom(drawRule), 0, 2).Draw(t, "rules"),
	}}
}

var days = rapid.SampledFrom([]Date{"", "2027-01-31"})

func drawPublicShare(t *rapid.T) PublicShare {
	return PublicShare{Share: words.Draw(t, "share"), ApprovedBy: words.Draw(t, "approvedBy"), Reason: words.Draw(t, "reason"), Until: days.Draw(t, "until")}
}

func drawException(t *rapid.T) Exception {
	return Exception{Code: "AMI003", Share: words.Draw(t, "share"), Image: words.Draw(t, "image"), Reason: words.Draw(t, "reason"), Until: "2027-01-31"}
}

func drawIgnore(t *rapid.T) Ignore {
	return Ignore{Image: words.Draw(t, "image"), Owner: words.Draw(t, "owner"), Region: words.Draw(t, "region"), Reason: words.Draw(t, "reason"), Until: days.Draw(t, "until")}
}

func drawRule(t *rapid.T) Rule {
	return Rule{Name: words.Draw(t, "name"), When: words.Draw(t, "when"), Severity: rapid.SampledFrom([]string{"", "note"}).Draw(t, "severity"),
		Message: words.Draw(t, "message"), Hint: words.Draw(t, "hint")}
}

// drawOrder is the text with other indentation and keys in another order.
func drawOrder(t *rapid.T, text []byte) string {
	documents, problems := strictyaml.Parse("", text)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(rapid.IntRange(2, 5).Draw(t, "indentation"))
	for _, document := range documents {
		shuffle(t, strictyaml.Root(document))
		if err := encoder.Encode(document); err != nil {
			t.Fatal(err)
		}
	}
	if err := encoder.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func shuffle(t *rapid.T, node *yaml.Node) {
	if node.Kind == yaml.MappingNode {
		entries := slices.Collect(slices.Chunk(node.Content, 2))
		node.Content = slices.Concat(rapid.Permutation(entries).Draw(t, "order")...)
	}
	for _, child := range node.Content {
		shuffle(t, child)
	}
}

// drawComments puts comments and blank lines between and behind the lines, as
// far as these are not inside a text of several lines.
func drawComments(t *rapid.T, text string) (string, []string) {
	var out strings.Builder
	var comments []string
	comment := func() string {
		comments = append(comments, fmt.Sprintf("# comment-%03d.", len(comments)))
		return comments[len(comments)-1]
	}
	literal := -1 // the indentation of the key of a text of several lines
	for line := range strings.Lines(text) {
		content := strings.TrimSpace(line)
		indentation := len(line) - len(strings.TrimLeft(line, " "))
		if literal >= 0 && (content == "" || indentation > literal) {
			out.WriteString(line)
			continue
		}
		literal = -1
		switch rapid.IntRange(0, 7).Draw(t, "what") {
		case 0:
			out.WriteString("\n")
		case 1:
			out.WriteString("\n" + line[:indentation] + comment() + "\n")
		case 2:
			out.WriteString(line[:indentation] + comment() + "\n")
		case 3:
			out.WriteString(line[:indentation] + comment() + "\n\n" + line[:indentation] + comment() + "\n")
		}
		if strings.HasSuffix(content, "|") || strings.HasSuffix(content, "|-") || strings.HasSuffix(content, "|+") {
			literal = indentation
		} else if content != "---" && rapid.IntRange(0, 7).Draw(t, "behind") == 0 {
			line = strings.TrimSuffix(line, "\n") + " " + comment() + "\n"
		}
		out.WriteString(line)
	}
	return out.String(), comments
}
