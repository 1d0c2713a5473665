package simulator

import (
	"regexp"

	"github.com/amisync/amisync/internal/lazy"
)

// modification is what a ModifyImageAttribute asks for: entries, or a description.
type modification struct {
	add, remove []LaunchPermission
	description *string
}

// modification reads both forms of the request; one call changes one attribute.
func (r *request) modification() (modification, error) {
	var m modification
	if r.query.has("Description.Value") {
		value := r.query.get("Description.Value")
		m.description = &value
	}
	var err error
	if m.add, err = r.entries("LaunchPermission.Add"); err != nil {
		return m, err
	}
	if m.remove, err = r.entries("LaunchPermission.Remove"); err != nil {
		return m, err
	}
	if err := r.olderForm(&m); err != nil {
		return m, err
	}
	entries := len(m.add)+len(m.remove) > 0
	switch {
	case entries && m.description != nil:
		return m, refuse("InvalidParameterCombination", "Only one attribute can be modified at a time.")
	case !entries && m.description == nil:
		return m, refuse("InvalidParameterCombination", "No attributes specified.")
	}
	return m, nil
}

// entries reads a list of launch permissions.
func (r *request) entries(list string) ([]LaunchPermission, error) {
	var entries []LaunchPermission
	for _, item := range r.query.items(list) {
		p := LaunchPermission{
			UserID:                r.query.get(item + ".UserId"),
			Group:                 r.query.get(item + ".Group"),
			OrganizationArn:       r.query.get(item + ".OrganizationArn"),
			OrganizationalUnitArn: r.query.get(item + ".OrganizationalUnitArn"),
		}
		if p.fields() != 1 {
			return nil, refuse("InvalidParameterCombination",
				"%s must have exactly one of UserId, Group, OrganizationArn and OrganizationalUnitArn", item)
		}
		entries = append(entries, p)
	}
	return entries, nil
}

func (p LaunchPermission) fields() int {
	count := 0
	for _, field := range []string{p.UserID, p.Group, p.OrganizationArn, p.OrganizationalUnitArn} {
		if field != "" {
			count++
		}
	}
	return count
}

// olderForm reads Attribute, OperationType and flat lists. Attribute alone may also
// accompany the newer form.
func (r *request) olderForm(m *modification) error {
	var entries []LaunchPermission
	for _, v := range r.query.list("UserId") {
		entries = append(entries, LaunchPermission{UserID: v})
	}
	for _, v := range r.query.list("UserGroup") {
		entries = append(entries, LaunchPermission{Group: v})
	}
	for _, v := range r.query.list("OrganizationArn") {
		entries = append(entries, LaunchPermission{OrganizationArn: v})
	}
	for _, v := range r.query.list("OrganizationalUnitArn") {
		entries = append(entries, LaunchPermission{OrganizationalUnitArn: v})
	}
	attribute, operation := r.query.get("Attribute"), r.query.get("OperationType")
	switch attribute {
	case "", "launchPermission":
	case "description":
		if value := r.query.get("Value"); r.query.has("Value") {
			m.description = &value
		}
		return nil
	default:
		return invalidValue("Attribute", attribute)
	}
	switch {
	case len(entries) == 0 && operation == "":
		return nil
	case operation == "add":
		m.add = append(m.add, entries...)
	case operation == "remove":
		m.remove = append(m.remove, entries...)
	case operation == "":
		return missingParameter("OperationType")
	default:
		return invalidValue("OperationType", operation)
	}
	if attribute == "" {
		return missingParameter("Attribute")
	}
	return nil
}

var (
	accountForm = lazy.Regexp(`^[0-9]{12}$`)
	// (Organizations API Reference, Organization and OrganizationalUnit)
	organizationForm = lazy.Regexp(`^arn:(aws|aws-cn|aws-us-gov):organizations::[0-9]{12}:organization/o-[a-z0-9]{10,32}$`)
	unitForm         = lazy.Regexp(`^arn:(aws|aws-cn|aws-us-gov):organizations::[0-9]{12}:ou/o-[a-z0-9]{10,32}/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$`)
)

// checkEntry refuses what is no launch permission. An ARN is looked at for its form and
// partition only: whether AWS asks for existence is not documented.
func (c *cloud) checkEntry(p LaunchPermission) error {
	inPartition := func(form *regexp.Regexp, arn string) bool {
		m := form.FindStringSubmatch(arn)
		return m != nil && m[1] == c.partition
	}
	kind := ""
	switch {
	case p.UserID != "" && (!accountForm().MatchString(p.UserID) || c.invalid[p.UserID]):
		kind = "userId"
	case p.Group != "" && !p.public():
		kind = "UserGroup"
	case p.OrganizationArn != "" && !inPartition(organizationForm(), p.OrganizationArn):
		kind = "OrganizationArn"
	case p.OrganizationalUnitArn != "" && !inPartition(unitForm(), p.OrganizationalUnitArn):
		kind = "OrganizationalUnitArn"
	default:
		return nil
	}
	return refuse("InvalidAMIAttributeItemValue", `Invalid attribute item value "%s" for %s item type.`, p.String(), kind)
}
