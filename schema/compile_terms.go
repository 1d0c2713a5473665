package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// publicShares are the decisions to publish.
func (c *compiler) publicShares(spec PolicySpec) []reconcile.PublicShare {
	if spec.Pos.Has("publicShares") && spec.Public == "allow" {
		c.report(spec.Pos.Field("publicShares"), "write public: deny, or remove the list", `"publicShares" has no effect where public is allow`)
	}
	var shares []reconcile.PublicShare
	for _, entry := range spec.PublicShares {
		c.problems = append(c.problems, entry.Pos.Missing("share")...)
		c.complete(entry.Pos, text{"approvedBy", entry.ApprovedBy}, text{"reason", entry.Reason})
		c.shareName(entry.Pos, entry.Share)
		if c.once(entry.Pos.Field("share"), fmt.Sprintf("share %q", entry.Share), "publicShares", entry.Share) {
			shares = append(shares, reconcile.PublicShare{Term: term(entry.Pos, entry.Reason, entry.Until), Share: entry.Share, ApprovedBy: entry.ApprovedBy})
		}
	}
	return shares
}

// exceptions are the decisions to accept findings.
func (c *compiler) exceptions(spec PolicySpec) []reconcile.Exception {
	var exceptions []reconcile.Exception
	for _, entry := range spec.Exceptions {
		c.problems = append(c.problems, entry.Pos.Missing("code", "until")...)
		c.complete(entry.Pos, text{"reason", entry.Reason})
		if entry.Pos.Has("code") {
			c.code(entry.Pos.Field("code"), entry.Code, "no exception can be made for %s")
		}
		c.shareName(entry.Pos, entry.Share)
		c.imageFilter(entry.Pos, entry.Image)
		c.narrowing(entry)
		if c.once(entry.Pos.Position(), "this exception", "exceptions", entry.Code, entry.Share, entry.Image) {
			exceptions = append(exceptions, reconcile.Exception{Term: term(entry.Pos, entry.Reason, entry.Until), Code: entry.Code, Share: entry.Share, Image: entry.Image})
		}
	}
	return exceptions
}

// Codes whose findings name no image, or neither image nor share: an exception
// that is narrowed so would never work.
var (
	imageless = []string{"AMI002", "AMI007", "AMI010", "AMI014", "AMI016"}
	shareless = []string{"AMI002", "AMI010"}
)

// narrowing reports keys by which an exception would match nothing.
func (c *compiler) narrowing(entry Exception) {
	if entry.Pos.Has("image") && slices.Contains(imageless, entry.Code) {
		c.report(entry.Pos.Key("image"), "leave it out", "findings of %s are not about one image", entry.Code)
	}
	if entry.Pos.Has("share") && slices.Contains(shareless, entry.Code) {
		c.report(entry.Pos.Key("share"), "leave it out", "findings of %s are not about one share", entry.Code)
	}
}

// ignored are the decisions to leave images alone.
func (c *compiler) ignored(spec PolicySpec) []reconcile.Ignore {
	var ignored []reconcile.Ignore
	for _, entry := range spec.Ignore {
		c.problems = append(c.problems, entry.Pos.Missing("image")...)
		c.complete(entry.Pos, text{"reason", entry.Reason})
		c.imageFilter(entry.Pos, entry.Image)
		if entry.Image != "" && strings.Trim(entry.Image, "*?") == "" {
			c.report(entry.Pos.Field("image"), "write an id, or a pattern with a part of the name", "%q ignores everything", entry.Image)
		}
		c.ignoredLane(entry)
		if c.once(entry.Pos.Position(), "this entry", "ignore", entry.Image, entry.Owner, entry.Region) {
			ignored = append(ignored, reconcile.Ignore{Term: term(entry.Pos, entry.Reason, entry.Until), Image: entry.Image, Owner: entry.Owner, Region: entry.Region})
		}
	}
	return ignored
}

// ignoredLane checks that the owner and the region exist.
func (c *compiler) ignoredLane(entry Ignore) {
	o := c.owners[entry.Owner]
	if entry.Pos.Has("owner") && o == nil {
		c.unknownOwner(entry.Pos.Field("owner"), entry.Owner)
		return
	}
	whose, regions := "any owner", []string(nil)
	if o != nil {
		whose, regions = fmt.Sprintf("owner %q", o.Name), o.Regions
	} else {
		for _, o := range c.owners {
			regions = append(regions, o.Regions...)
		}
		slices.Sort(regions)
		regions = slices.Compact(regions)
	}
	if entry.Pos.Has("region") && !slices.Contains(regions, entry.Region) {
		c.report(entry.Pos.Field("region"), strictyaml.DidYouMean(entry.Region, regions, "use "+enumerate(regions, "or")),
			"region %q is not among those of %s", entry.Region, whose)
	}
}

// severities are those that the policy gives to findings.
func (c *compiler) severities(spec PolicySpec) map[string]reconcile.Severity {
	severities := map[string]reconcile.Severity{}
	for code, severity := range spec.Severities {
		known := c.code(spec.Pos.Key("severities", code), code, "the severity of %s cannot be changed")
		if c.severity(spec.Pos.Field("severities", code), severity) && known {
			severities[code] = reconcile.Severity(severity)
		}
	}
	return severities
}

func (c *compiler) severity(at strictyaml.Position, severity string) bool {
	return c.known(at, "severity", severity, string(reconcile.SeverityError), string(reconcile.SeverityWarning), string(reconcile.SeverityNote))
}

var codeLike = lazy.Regexp(`^AMI[0-9]{3}$`)

// insteadOf is what to do about findings that neither severities nor exceptions
// are for.
var insteadOf = map[string]string{
	"AMI001": "name the share under publicShares, with who has approved it",
	"AMI017": "write the severity into the rule itself, or narrow its condition",
	"AMI018": "narrow a selector, or make all but one of the shares additive",
	"AMI020": "run without the filter that holds the revoke back",
	"AMI021": "take the principal out of the share that declares it",
}

// code reports whether a policy may say what becomes of the code's findings.
// Refusal says what it may not, with a verb for the code.
func (c *compiler) code(at strictyaml.Position, code, refusal string) bool {
	known, ok := reconcile.CodeOf(code)
	if ok && !known.Fixed {
		return true
	}
	if ok {
		c.report(at, insteadOf[code], refusal, code)
		return false
	}
	var codes []string
	for _, known := range reconcile.Codes() {
		if !known.Fixed {
			codes = append(codes, known.Code)
		}
	}
	hint := "the codes are " + enumerate(codes, "and")
	if !codeLike().MatchString(code) { // another number is not what was meant
		hint = strictyaml.DidYouMean(code, codes, hint)
	}
	c.report(at, hint, "unknown code %q", code)
	return false
}

// text is the value of a key that must say something.
type text struct{ key, value string }

// placeholder is what hints leave to be filled in.
var placeholder = lazy.Regexp(`^<[a-z ]*>$`)

// complete reports keys that are missing or say nothing.
func (c *compiler) complete(pos strictyaml.Pos, texts ...text) {
	for _, text := range texts {
		switch {
		case !pos.Has(text.key):
			c.problems = append(c.problems, pos.Missing(text.key)...)
		case strings.TrimSpace(text.value) == "":
			c.report(pos.Field(text.key), "give it a value", "%q is empty", text.key)
		case placeholder().MatchString(text.value):
			c.report(pos.Field(text.key), "write it in your own words, for those who read it later", "%q is still the placeholder %s", text.key, text.value)
		}
	}
}

// shareName checks that the share that an entry names exists. Of a partial
// estate that cannot be said.
func (c *compiler) shareName(pos strictyaml.Pos, share string) {
	if _, known := c.seen[KindImageShare+"/"+share]; !known && pos.Has("share") && !c.partial {
		c.report(pos.Field("share"), strictyaml.DidYouMean(share, c.shareNames, "it is the metadata.name of an ImageShare"), "unknown image share %q", share)
	}
}

var imageIDLike = lazy.Regexp(`^ami-[0-9a-f]+$`)

// imageFilter checks what is an id or a pattern for names. What looks like an id
// and is none would silently match nothing.
func (c *compiler) imageFilter(pos strictyaml.Pos, filter string) {
	switch {
	case !pos.Has("image"):
	case filter == "":
		c.report(pos.Field("image"), "write an id or a pattern", `"image" is empty`)
	case imageIDLike().MatchString(filter):
		if err := principal.CheckImageID(principal.AWS, filter); err != nil {
			c.shape(pos.Field("image"), err)
		}
	case len(filter) > maxPattern:
		c.report(pos.Field("image"), "an image's name has 128 characters at most", "the pattern has %d bytes, more than the %d that are read", len(filter), maxPattern)
	}
}

// once reports whether an entry that is told from others by the key is the first
// of its sort, and a problem where it is not.
func (c *compiler) once(at strictyaml.Position, what string, key ...string) bool {
	whole := strings.Join(key, "\x00")
	if first, seen := c.seen[whole]; seen {
		c.report(at, "it is listed at "+first.String()+" already", "%s is listed twice", what)
		return false
	}
	c.seen[whole] = at
	return true
}

func term(pos strictyaml.Pos, reason string, until Date) reconcile.Term {
	return reconcile.Term{Reason: strings.TrimSpace(reason), Until: until.Time(), Source: source(pos.Position())}
}
