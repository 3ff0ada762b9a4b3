export const HELP = `portal: runs a SARC portal and looks after it

  portal serve             runs the portal (settings: .env.example)
  portal migrate           brings the database's schema to this version
  portal bootstrap         prints the link that makes the first platform admin
  portal keys status       how many credentials open under which key
  portal keys rewrap       moves credentials to a new secret
  portal keys reencrypt    seals credentials anew under a raised key version
  portal tenants add       makes a tenant and its first ADMIN, by the HTTP API
  portal members add       adds a person to a tenant, by the HTTP API
  portal smoke             checks a running portal from end to end, by the HTTP API
  portal help              this text

More about one: portal <command> --help`;
