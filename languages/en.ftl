# English. Each language is a file like this one, under its tag (BCP 47); a test compares them.
# Words of a section stand under its heading; what several sections say stands first.

language-name = English

## Around every page

cancel = Cancel
copied = Copied
copy = Copy
delete = Delete
demo-notice = This is a demo: everybody knows these passwords. Do not put real data here.
edit = Edit
filter = Filter
filter-apply = Filter
filter-clear = Clear
form-required = has to be filled in
group-access = Access
group-applications = Applications
group-directory = Directory
group-operation = Operation
language = Language
nav-crumbs = You are here
nav-main = Console
nav-me = You
notice = Notice
paging = Pages
paging-first = First page
paging-next = Next page
request = Request
save = Save
sign-out = Sign out
skip = Skip to the content

## Names of fields

field-created = Created
field-id = Id
field-name = Name
field-organization = Organization
field-state = State

## States

state-active = Active
state-disabled = Disabled
state-ended = Ended
state-ends-soon = Ends soon

## Secrets

secret-title = Copy this now
secret-text = It is shown this once. Whoever has it can use it.

## What goes wrong

failed-title = Something went wrong here
failed-detail = Nothing was changed. Whoever runs this server finds the reason under the number of the request below.
forged-title = This form cannot be trusted
forged-detail = It comes from another browser, or is too old. Open the page again and repeat what you wanted to do.
missing-title = There is no such page
missing-detail = It does not exist, or your roles do not reach it.
problem-conflict = Something stands in the way.
problem-input = Something in the form is not right.
problem-lockout = After this nobody could change the rules any more.
problem-not-held = Nobody gives what he does not hold.
problem-stale = Somebody changed this while you were looking at it. Open the page again.
problem-throttled = Too many attempts. Wait, then try again.
problem-title = That was not done
title-problem = Problem
unavailable-title = Not available at the moment
unavailable-detail = Try again in a few seconds.
unreadable-title = This request cannot be read
unreadable-detail = It is too long, or broke off. Go back and try again.

## The style guide

style-consequence = Whoever uses it is signed out at once.
style-done = Saved.
style-empty = Nothing here yet
style-empty-text = This is what a list says that is empty, and the button is the way to the first one.
style-facts = Facts
style-hint = A sentence that helps.
style-lede = Every component of these pages, once.
style-lines = Several lines
style-note = A note says what is to be known before one begins.
style-switch = Yes or no
style-table = A list
style-title = Style guide

## What several sections say

deleted = Deleted.
delete-title = Delete { $name }?
disable = Disable
disable-title = Disable { $name }?
disabled = Disabled.
enable = Enable
enable-title = Enable { $name }?
enabled = Enabled.
facts = What is known
filter-all = All
filter-name = Name begins with
made = Made.
never = Never
no = No
no-way-back = There is no way back.
nothing-found = Nothing fits
nothing-found-text = Nothing is like what you asked for. Ask for less.
revoke = Revoke
saved = Saved.
show-list = Show the list
state-revoked = Revoked
yes = Yes

## More names of fields

field-act = Action
field-counts-in = Counts in
field-email = E-mail address
field-email-proven = The e-mail address is proven
field-ends = Ends
field-family-name = Family name
field-full-name = Full name
field-given-name = Given name
field-key = Key
field-last-used = Last used
field-locale = Language
field-password = Password
field-phone = Telephone
field-role = Role
field-scope = Scopes
field-username = Username
field-zone = Time zone

## Overview

key-active = Signs
key-pending = Published, signs later
key-retiring = Published, signs no more
overview = Overview
overview-lede = How this installation is doing.
overview-nothing = None of your roles lets you manage anything here. Your own account is at the top right.
overview-sign-ins = Sign-ins
overview-sign-ins-plot = { $number ->
    [one] One sign-in in seven days
   *[other] { $number } sign-ins in seven days
}
overview-tokens = Tokens
overview-tokens-plot = { $number ->
    [one] One token response in seven days
   *[other] { $number } token responses in seven days
}
overview-failures = What failed in seven days
overview-failures-none = Nothing failed
overview-failures-none-text = No sign-in and no request of an application was refused in the last seven days.
overview-keys = Signing keys
overview-no-system = There is no system organization: what belongs to no organization cannot be managed here.
overview-http = Browsers reach this server without https. Use it for tests on this machine alone.
overview-wrong-passwords = { $number ->
    [one] One wrong password today, more than all sign-ins that worked.
   *[other] { $number } wrong passwords today, more than all sign-ins that worked.
}
field-algorithm = Algorithm
field-number = Number
field-reason = Reason
field-signs-since = Signs since

## Organizations

organizations = Organizations
organizations-lede = Each owns people, machine users and applications.
organizations-new = New organization
organizations-empty = No organization yet
organizations-empty-text = People and applications belong to an organization. Make the first one.
organizations-made = The organization is made.
organizations-id-hint = What tokens say for ever, in lower case. Left empty, one is made up.
organizations-inside = What belongs to it
organizations-disable-consequence = Its people are signed out at once and cannot sign in. Nobody acts in it. Everything is kept, and it can be enabled again.
organizations-enable-consequence = Its people can sign in again, and act in it.
organizations-delete-consequence = Only an empty organization can be deleted: no people, machines, applications, roles or relations. Else disable it.

## People and machine users

people = People
people-lede = Who signs in.
people-new = New person
people-empty = No people yet
people-empty-text = Make the first person, with a password to sign in with.
people-password = Set a password
people-password-title = Set a password for { $name }
people-password-consequence = All sessions of this person end. Tell the password on a safe way.
people-password-hint = At least 15 characters; a few words are good.
people-password-set = The password is set.
people-no-password = None: nobody can sign in
people-proven-hint = Then it is a name to sign in with.
people-disable-consequence = The person is signed out everywhere at once, and cannot sign in. Everything is kept.
people-delete-consequence = The account, its sessions, its roles, its consents and its tokens are deleted. Applications that keep its id find nobody.
machines = Machine users
machines-lede = Programs that act by themselves, with a key, a token or an application.
machines-new = New machine user
machines-empty = No machine users yet
machines-empty-text = A program that acts by itself gets a machine user, so that its roles are its own.
machines-disable-consequence = It gets no tokens any more, and those it has are good for nothing. Everything is kept.
machines-delete-consequence = The machine user, its keys, its roles and its tokens are deleted.
subjects-enable-consequence = It can act again.
subjects-organization-hint = For ever.

## Roles

roles = Roles
roles-lede = A role is a name. Rules say what it opens, grants say who holds it where.
roles-new = New role
roles-empty = No roles yet
roles-empty-text = A role is what rules and grants speak of, such as editor.
roles-everywhere = All organizations
roles-key-hint = What tokens and rules call it, for ever: letters, digits, _ - . and :
roles-delete-consequence = Everybody loses the role at once. Rules about it count for nothing.
roles-give = Give a role
roles-give-lede = You can give what you hold yourself.
roles-give-title = Give { $name } a role
roles-given = The role is given.
roles-organization-hint = The role counts there.
roles-ends-hint = Left empty, it does not end.
roles-none = No roles
roles-none-text = Without a role nothing is open but the own account.
roles-take = Take away
roles-take-title = Take { $role } in { $organization } from { $name }?
roles-take-consequence = It counts no longer from this moment on, also for tokens that are out.
roles-taken = The role is taken away.

## Personal access tokens

tokens = Access tokens
tokens-lede = Your own. For those of a machine user, open it.
tokens-lede-other = The tokens of somebody else.
tokens-new = New token
tokens-new-lede = A program with it acts as you.
tokens-empty = No tokens
tokens-empty-text = A personal access token lets a script act without a browser.
tokens-name-hint = What it is for, to know it again.
tokens-scope-hint = Scopes of APIs limit it to these. Left empty, the roles alone limit it.
tokens-ends-hint = Within a year. Left empty: in 30 days.
tokens-revoke-title = Revoke { $name }?
tokens-revoke-consequence = Whatever uses it is refused from this moment on.
tokens-revoked = The token is revoked.

## Set-up

set-up = Set up Symbolon
set-up-lede = You make the first administrator. This page works once.
set-up-submit = Make the administrator
set-up-organization = Name of your organization
set-up-organization-hint = Whoever holds a role in it administers the whole installation. Keep it small.
set-up-done-title = It is done
set-up-done = Sign in as the administrator you just made.
set-up-sign-in = Sign in

## The own account

account = Your account
account-lede = Who you are here, and what applications are told when you let them.
account-locale-hint = Such as de-AT. These pages follow it, unless you choose another language.
account-email = Change the e-mail address
account-email-hint = A changed address is not proven: you cannot sign in with it.
account-email-none = None
account-password = Password
account-password-lede = A new password signs you out everywhere but here.
account-password-change = Change the password
account-password-done = The password is changed. All other sessions have ended.
account-sessions = Sessions
account-sessions-lede = The browsers and devices in which you are signed in.
account-here = This one
account-session-end = End
account-session-end-title = End the session that began { $since }?
account-session-end-consequence = That browser is signed out. Applications lose what came of it, unless you allowed them to act while you are away.
account-session-ended = The session has ended.
account-sessions-end-others = End all others
account-sessions-end-others-title = End all other sessions?
account-sessions-end-others-consequence = You are signed out everywhere but here, and applications that you signed in to elsewhere have to ask again.
account-sessions-ended = All other sessions have ended.
account-applications = Applications
account-applications-lede = What you allowed applications.
account-applications-empty = No applications
account-applications-empty-text = An application that you allow something stands here, and you can take it back.
account-withdraw = Withdraw
account-withdraw-title = Withdraw what { $name } may?
account-withdraw-consequence = Its tokens for you end at once. The next time it asks you again.
account-withdrawn = It is withdrawn.
account-tokens-lede = A script with one of them acts as you.
account-data = Your data
account-data-lede = All that is kept about you here, as one JSON file.
account-data-note = In it are your profile, names, roles, sessions, consents, sign-ins to applications, access tokens without their text, and what the log has about you. Passwords and secrets are kept only as hashes, and are not in it.
account-data-download = Download
account-language-hint = Kept in this browser.
account-language-lede = In which language these pages are shown.
field-allowed = Allowed
field-began = Began
field-may = May
field-nickname = Nickname
field-password-current = Present password
field-password-new = New password
field-password-typed = Last signed in

## Applications

applications = Applications
applications-lede = What people sign in to, and what asks for tokens.
applications-new = New application
applications-create = Make the application
applications-choose = What is it? Everything else begins safe, and can be changed.
applications-empty = No application yet
applications-empty-text = The guide makes the first one with you, in five steps, up to a sign-in that works.
applications-filter-name = Name or id contains
applications-of-none = None: the installation
applications-made = The application is made.
applications-open = Open the application
applications-registered = What is registered
applications-advanced = Advanced
applications-machine-new = A new one, with the name of the application
applications-secret-text = It is shown this once. Keep it where the application reads it, in no source code. Whoever has it is the application.
applications-enable-consequence = It gets tokens again, and people can sign in to it.
applications-disable-consequence = Nobody can sign in to it and it gets no tokens. Those it has are good for nothing at once. Everything is kept, and it can be enabled again.
applications-delete-consequence = The application and its secrets are deleted. All its tokens are good for nothing at once.
applications-delete-people = Nobody can sign in to it any more, and what people consented to is forgotten. A machine user it acted as stays.
kind-web = Web with a server
kind-web-text = Its pages come from a server, which keeps a secret.
kind-browser = Browser only
kind-browser-text = It runs in the browser alone, as a single-page application. It has no secret; PKCE protects it.
kind-native = Native
kind-native-text = It is installed on a phone or a computer. It has no secret; PKCE protects it.
kind-machine = Machine
kind-machine-text = It acts by itself, as a machine user with roles of its own, and nobody signs in.
kind-gateway = API gateway
kind-gateway-text = It stands in front of APIs: it asks what a token is good for, and exchanges it for a short one.
field-kind = Kind
field-client-id = Client id
field-issuer = Issuer
field-origin = Comes from
field-machine = Machine user
field-redirect-uris = Redirect URIs
field-post-logout-uris = Redirect URIs after signing out
field-backchannel-logout = Back-channel logout URI
field-grants = Grants
field-methods = Authenticates with
field-audience = Audience
field-introspects = APIs whose tokens it may look into
field-refresh = Refresh tokens
field-device = Sign-in with a code, for devices without a keyboard
field-trusted = People are not asked for consent
field-opaque = Opaque access tokens
field-token-lifetime = Lifetime of access tokens, in seconds
field-dpop = Tokens bound to a key (DPoP)
field-par = Requests have to be pushed (PAR)
field-client-uri = Home page
field-logo-uri = Logo
field-policy-uri = Privacy policy
field-tos-uri = Terms of service
field-overlap = The old secrets go on for
hint-client-name = People see it when they sign in.
hint-client-id = What tokens say for ever. Left empty, one is made up.
hint-redirect-uris = Where people come back to after signing in, one a line. They are compared exactly; only the port of 127.0.0.1 is free.
hint-post-logout-uris = One a line.
hint-client-scope = Scopes of APIs that it may ask for, with spaces between. You can give what you hold yourself.
hint-refresh = So that nobody has to sign in anew for each access token.
hint-device = For televisions and command lines.
hint-trusted = For your own applications alone: whoever runs it sees what people would have been asked for.
hint-audience = Which APIs its access tokens are for, one a line. Left empty, they are for this server alone.
hint-opaque = APIs ask this server what they say, in place of reading them.
hint-token-lifetime = Shorter than what this server is set to. Left empty: as that.
hint-dpop = A stolen token is good for nothing without the key. The library has to know DPoP.
hint-par = What is asked for does not travel through the browser. The library has to know PAR.
hint-backchannel-logout = This server tells it there when somebody signs out.
hint-client-uri = People find it beside the question for consent.
hint-machine = Of the same organization. You can give what you hold yourself.
hint-machine-id = Its id. It is of the same organization.
hint-introspects = Their audiences, one a line.
hint-overlap = Give the new secret to the application meanwhile.
origin-operator = Made here
origin-registered = Registered by itself
origin-document = Its id is the address of its description
redirect-fault = { $uri }: { $reason }
redirect-character = no white space, control characters, backslashes or characters outside ASCII are allowed.
redirect-dangerous-scheme = this scheme runs code or reads files in the browser.
redirect-fragment = a redirect URI has no part after #.
redirect-not-absolute = it has to be whole, such as https://app.example/callback.
redirect-plain-http = http is for this machine alone (http://127.0.0.1:…); elsewhere it is https.
redirect-private-scheme = a scheme of your own is your domain name reversed, such as com.example.app:/callback.
redirect-too-long = it has 2048 characters at the most.
redirect-userinfo = a redirect URI has no user name or password.
secrets = Client secrets
secrets-end = End
secrets-end-title = End the secret { $name }?
secrets-end-consequence = Whatever uses it is refused from this moment on. The last secret stays.
secrets-ended = The secret is ended.
secrets-rotate = New secret
secrets-rotated = The new secret
secrets-rotate-consequence = The new secret is good at once. All others end after the time that you choose.
secrets-others-end = The other secrets end at { $moment }.
overlap-none = not at all: they end at once
overlap-hour = an hour
overlap-day = a day
overlap-week = a week
overlap-month = 30 days
code = Code to copy
code-lede = A sign-in that works, with what is registered filled in. The secret comes from the environment.

## The first application

guide = First application, step by step
guide-steps = Steps
guide-done = done
guide-next = Next
guide-library = Library
guide-application = Application
guide-secret = Id and secret
guide-code = Code
guide-sign-in = Sign-in
guide-other = Something else, such as a machine or a gateway?
guide-redirect-hint = The code in the next steps listens there while you develop. Add the addresses of the real application now or later, one a line.
guide-no-secret = This kind has no secret: whoever uses it could read it. PKCE protects it.
guide-try = Try it
guide-try-open = Start it
guide-try-open-text = Start the application, and open it in the browser: the part of the redirect URI before the path.
guide-try-sign-in = Sign in
guide-try-sign-in-text = The sign-in page of this server appears. Sign in; whoever has not consented yet is asked.
guide-try-back = Be back
guide-try-back-text = The application says who is signed in. That is all: it works.
guide-wrong = If it does not
guide-wrong-redirect = The redirect URI of the application is not one of the registered ones, letter for letter.
guide-wrong-client = The client id or the secret is another one. A new secret is made on the page of the application.
guide-wrong-pkce = The library does not use PKCE, or not with S256. It has to be told.

## Rules

rules = Rules
rules-lede = Which role may do what. Open a group of scopes to see its table.
rules-tab = Groups of scopes
rules-all = All rules
rules-all-lede = A rule about a pattern such as Invoices.* speaks of all scopes below it. One that denies wins.
rules-versions = Versions
rules-versions-lede = Every change is a version. Open one to compare it, or to go back to it.
rules-groups = Groups
rules-find = Scope has in it
rules-empty = No scopes yet
rules-empty-text = Scopes belong to APIs. Make an API first.
rules-new = New rule
rules-matrix-lede = Roles against the scopes of this group. An answer leads to its change. Arrow keys go from one to the next.
rules-legend = * by a pattern or a rule for everywhere. ° other organizations have rules of their own about it.
rules-acting = Acting in
rules-columns = Scopes
rules-columns-first = First scopes
rules-columns-next = More scopes
rules-allow = allowed
rules-deny = denied
rules-no = no
rules-nothing = no rule
rules-with-pattern = with a pattern
rules-change = Change the rules
rules-change-lede = Say what you want. Before anything changes you see who gains and who loses.
rules-pattern-hint = A scope, all below a part (Invoices.*), or all (*).
rules-try = See who gains and who loses
rules-preview = Who gains and who loses
rules-preview-lede = Nothing has changed yet.
rules-save = Put in force
rules-saved = The rules are in force, on every instance within a second.
rules-comment-hint = Why, for those who look at the versions later.
rules-same = This changes nothing.
rules-added = { $number ->
    [one] One rule is added
   *[other] { $number } rules are added
}
rules-removed = { $number ->
    [one] One rule is removed
   *[other] { $number } rules are removed
}
rules-gains = { $number ->
    [0] Nobody gains anything
    [one] One gains
   *[other] { $number } gain
}
rules-loses = { $number ->
    [0] Nobody loses anything
    [one] One loses
   *[other] { $number } lose
}
rules-counted = How many
rules-affected = Who
rules-more = There are more than are shown here.
rules-now-allowed = Now { $role } is allowed { $scope }, by this:
rules-now-denied = Now { $role } is denied { $scope }, by this:
rules-now-nothing = No rule about { $role } speaks of { $scope } now.
rules-version = Version { $version }
rules-version-same = It is the same as version { $version }.
rules-compare-to = Compare with version
rules-since-added = { $number ->
    [one] One rule has come
   *[other] { $number } rules have come
}
rules-since-removed = { $number ->
    [one] One rule has gone
   *[other] { $number } rules have gone
}
rules-restore = Restore
rules-restore-title = Restore version { $version }?
rules-restore-consequence = Its rules become the next version. Nothing is lost.
change = Change
field-comment = Comment
field-effect = Answer
field-group = Group
field-pattern = Scope or pattern
field-version = Version
field-who = Who

## Why

why = Why?
why-lede = May somebody do something, and why? By the rules that are in force now.
why-how = Say who, where, and either a scope or an endpoint.
why-who = Person or machine user
why-who-hint = A name, or an id.
why-scope = Scope
why-path-hint = Of an endpoint, such as /invoices/7.
why-answer = Answer
why-yes = Yes
why-no = No
why-needed = Needed scope
why-allowed = A rule allows it, and none denies it.
why-denied = A rule denies it.
why-no-role = There is no role there that counts.
why-no-rule = No rule about the roles there allows it.
why-shut-out = The rules allow it, but the account or its organization is disabled.
why-roles = Roles that count
why-rules = Rules that decide
why-steps = Step by step
why-through = Through
why-through-grant = Given
why-through-relation = Held in { $manager }
field-api = API
field-method = Method
field-path = Path

## APIs and endpoints

apis = APIs
apis-lede = What is protected: its scopes, and which endpoint needs which.
apis-new = New API
apis-empty = No APIs yet
apis-empty-text = An API names its scopes and endpoints, so that rules can say who may call them.
apis-audience-hint = What tokens say they are for, for ever, such as https://invoices.example.
apis-scopes = Scopes
apis-scopes-empty-text = Add a scope, or ask for less.
apis-endpoints = Endpoints
apis-endpoints-empty-text = Add an endpoint, or ask for less. What is not listed is refused.
apis-scope-new = Add a scope
apis-scope-hint = Parts with points between, such as Invora.Invoices.Read.
apis-description-hint = What it is for, to people.
apis-endpoint-new = Add an endpoint
apis-path-hint = With what varies in braces, such as /invoices/{"{"}id{"}"}.
apis-removed = Removed.
apis-remove-title = Remove { $name }?
apis-scope-consequence = Rules about it count for nothing, and nobody gets it any more. Endpoints that need it have to go first.
apis-endpoint-consequence = A gateway refuses it from this moment on.
apis-delete-consequence = Its endpoints are unknown then: a gateway refuses them all.
field-description = Description
remove = Remove

## Signing keys

keys = Signing keys
keys-lede = Tokens are signed with them. They rotate by themselves.
keys-empty = No keys yet
keys-empty-text = The first ones are made when the server starts.
keys-retired = Retired
keys-rotate = Rotate the keys
keys-rotated = Successors are made.
keys-waiting = Every key has a successor already that waits.
keys-at-once = Sign with the new keys at once
keys-at-once-hint = For when a key has leaked. Applications that keep the key set for long may refuse tokens until they fetch it again.
keys-consequence = Every signing key gets a successor, which is published at once and signs later. Tokens that are out stay good.
field-generation = Generation

## Sessions

sessions = Sessions
sessions-lede = Where people are signed in. Open somebody to see the sessions, or to end them.
sessions-of = Sessions of { $name }
sessions-methods = Signed in by
sessions-empty = No sessions
sessions-empty-text = Nobody has signed in to this account for some time.
sessions-end = End
sessions-end-all = End all sessions
sessions-ended = Ended.
sessions-end-consequence = The browser is signed out, and what came of it ends, unless it was approved for offline access.
sessions-end-all-consequence = The person is signed out everywhere. All refresh tokens end, and all access tokens that came of a sign-in.

## Audit log

audit = Audit log
audit-lede = Who did what, to what, from where. The latest first.
audit-json = As JSON lines
audit-csv = As CSV
audit-when = When
audit-action = Act
audit-action-hint = Such as role.create.
audit-object = Object
audit-object-hint = Such as role/viewer.
audit-actor-hint = An id.
audit-where = From
audit-detail = More
audit-from = From the day
audit-until = To the day
audit-follow = Follow
audit-follow-no = No
audit-follow-yes = Every 5 seconds
audit-follows = The page is fetched anew every five seconds.
audit-too-many = That is more than 10000 events. Narrow it, by days for one, and take several files.
