#!/bin/sh
# Asks the simulated cloud of clouds/encrypted.yaml what amisync asks AWS, through the AWS
# CLI. AWS is the command, ENDPOINT the cloud; credentials and region stand in the
# environment. Debian's AWS CLI ignores AWS_ENDPOINT_URL, hence --endpoint-url.
set -eu

image=ami-0a000000000000001 # shared with 210987654321
other=ami-0a000000000000002 # private
organization=arn:aws:organizations::123456789012:organization/o-exampleorg1
unit=arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111

aws() { "$AWS" --endpoint-url "$ENDPOINT" --output text "$@"; }

failed=0
# want WHAT EXPECTED ACTUAL compares, white space aside.
want() {
  actual=$(echo $3)
  if [ "$actual" = "$2" ]; then echo "ok    $1"; else
    echo "FAIL  $1: got '$actual', want '$2'"
    failed=1
  fi
}
# code COMMAND… prints the error code that a command ends with.
code() { aws "$@" 2>&1 >/dev/null | sed -n 's/^An error occurred (\([A-Za-z.]*\)).*/\1/p'; }

permissions() {
  aws ec2 describe-image-attribute --image-id "$1" --attribute launchPermission \
    --query 'LaunchPermissions[].[Group,UserId,OrganizationArn,OrganizationalUnitArn][]' | tr -s '\t\n' '  ' | sed 's/None//g'
}
modify() { aws ec2 modify-image-attribute --image-id "$image" "$@"; }

aws --version

want "caller" "arn:aws:iam::999900001111:user/ci" "$(aws sts get-caller-identity --query Arn)"

# A second account: encrypted images, and a role that takes a source identity.
assume() { aws sts assume-role --role-arn arn:aws:iam::222233334444:role/amisync --role-session-name cli "$@"; }
want "source identity" "jane" "$(assume --source-identity jane --query SourceIdentity)"
want "source identity without trust" "AccessDenied" \
  "$(code sts assume-role --role-arn arn:aws:iam::111122223333:role/amisync --role-session-name cli --external-id acme-images --source-identity jane)"
reader='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:Describe*","kms:DescribeKey"],"Resource":"*"}]}'
( # as a reader
  set -- $(assume --source-identity jane --policy "$reader" --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]')
  export AWS_ACCESS_KEY_ID="$1" AWS_SECRET_ACCESS_KEY="$2" AWS_SESSION_TOKEN="$3"
  snapshots() { aws ec2 describe-snapshots "$@"; }
  key=arn:aws:kms:us-east-1:222233334444:key/11112222-3333-4444-5555-666677778888
  want "snapshot pages" "snap-0d000000000000001 snap-0d000000000000002 snap-0d000000000000003 snap-0d000000000000004" \
    "$(snapshots --owner-ids self --page-size 5 --query 'Snapshots[].SnapshotId')"
  want "snapshot fields" "True $key 222233334444 completed 20" \
    "$(snapshots --snapshot-ids snap-0d000000000000001 --query 'Snapshots[].[Encrypted,KmsKeyId,OwnerId,State,VolumeSize]')"
  want "unknown snapshot" "InvalidSnapshot.NotFound" "$(code ec2 describe-snapshots --snapshot-ids snap-0d00000000000000f)"
  manager() { aws kms describe-key --key-id "$1" --query 'KeyMetadata.[Arn,KeyManager,KeyState,Enabled]'; }
  want "customer's key" "$key CUSTOMER Enabled True" "$(manager $key)"
  want "key of AWS" "$(snapshots --snapshot-ids snap-0d000000000000003 --query 'Snapshots[].KmsKeyId') AWS Enabled True" "$(manager alias/aws/ebs)"
  want "unknown key" "NotFoundException" "$(code kms describe-key --key-id 00000000-0000-4000-8000-000000000000)"
  want "reader writes" "UnauthorizedOperation" \
    "$(code ec2 modify-image-attribute --image-id ami-0d000000000000001 --launch-permission 'Add=[{UserId=444455556666}]')"
  exit $failed
) || failed=1

want "wrong external id" "AccessDenied" \
  "$(code sts assume-role --role-arn arn:aws:iam::111122223333:role/amisync --role-session-name cli --external-id wrong)"
set -- $(aws sts assume-role --role-arn arn:aws:iam::111122223333:role/amisync --role-session-name cli \
  --external-id acme-images --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]')
export AWS_ACCESS_KEY_ID="$1" AWS_SECRET_ACCESS_KEY="$2" AWS_SESSION_TOKEN="$3"
want "session" "arn:aws:sts::111122223333:assumed-role/amisync/cli" "$(aws sts get-caller-identity --query Arn)"

want "regions" "us-east-1 eu-west-1" "$(aws ec2 describe-regions --query 'Regions[].RegionName')"
want "list" "$image $other" "$(aws ec2 describe-images --owners self --query 'Images[].ImageId')"
want "pages" "$image $other" "$(aws ec2 describe-images --owners self --page-size 1 --query 'Images[].ImageId')"
want "filter" "$other" "$(aws ec2 describe-images --filters 'Name=name,Values=*-20261101' Name=tag:channel,Values=stable --query 'Images[].ImageId')"
want "other region" "ami-0b000000000000001" "$(aws --region eu-west-1 ec2 describe-images --owners self --query 'Images[].ImageId')"
want "fields" "base-al2023-arm64-20261001 available arm64 2026-10-01T06:00:00.000Z False 111122223333" \
  "$(aws ec2 describe-images --image-ids $image --query 'Images[].[Name,State,Architecture,CreationDate,Public,OwnerId]')"

want "permissions" "210987654321" "$(permissions $image)"
want "no permissions" "" "$(permissions $other)"
modify --launch-permission "Add=[{UserId=444455556666},{Group=all},{OrganizationArn=$organization},{OrganizationalUnitArn=$unit}],Remove=[{UserId=210987654321}]"
want "all kinds added" "all $unit $organization 444455556666" "$(permissions $image)"
want "public" "True" "$(aws ec2 describe-images --image-ids $image --query 'Images[].Public')"
modify --launch-permission "Remove=[{Group=all},{OrganizationalUnitArn=$unit}]"
want "two kinds removed" "$organization 444455556666" "$(permissions $image)"
modify --attribute launchPermission --operation-type add --user-ids 210987654321 555566667777 --organizational-unit-arns $unit
want "older form adds" "$unit $organization 210987654321 444455556666 555566667777" "$(permissions $image)"
modify --attribute launchPermission --operation-type remove --user-ids 210987654321 --organization-arns $organization
want "older form removes" "$unit 444455556666 555566667777" "$(permissions $image)"
aws ec2 reset-image-attribute --image-id $image --attribute launchPermission
want "reset" "" "$(permissions $image)"

want "unknown image" "InvalidAMIID.NotFound" "$(code ec2 describe-images --image-ids ami-0a00000000000000f)"
want "malformed image" "InvalidAMIID.Malformed" "$(code ec2 describe-images --image-ids ami-1)"
want "unknown filter" "InvalidParameterValue" "$(code ec2 describe-images --filters Name=colour,Values=red)"
want "bad account" "InvalidAMIAttributeItemValue" "$(code ec2 modify-image-attribute --image-id $image --launch-permission 'Add=[{UserId=1}]')"
want "nothing to change" "InvalidParameterCombination" "$(code ec2 modify-image-attribute --image-id $image)"
want "dry run" "DryRunOperation" "$(code ec2 modify-image-attribute --image-id $image --launch-permission 'Add=[{UserId=444455556666}]' --dry-run)"
want "unknown action" "InvalidAction" "$(code ec2 describe-vpcs)"
want "unknown key" "AuthFailure" "$(AWS_ACCESS_KEY_ID=AKIANOBODY0000000000 AWS_SESSION_TOKEN= code ec2 describe-images --owners self)"
exit $failed
