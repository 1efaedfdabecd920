-- Whether an account belongs to the asking agency, $3 (lib/files/account_owner.ts): a condition over "owner", which the
-- query around it makes of whichever tables tell it: ata, aid, fr_entity_type, display_tas.
--   $4 ATAs, $5 AIDs, $6 fr_entity_type, $7 the account that is left out, $8 the account that is added
(
  (
    (
      owner.ata = ANY ($4::text[])
      OR (
        owner.ata IS NULL
        AND (
          owner.aid = ANY ($5::text[])
          OR owner.fr_entity_type = $6
          OR (
            owner.aid = '011'
            AND owner.fr_entity_type IN (SELECT frec_code FROM frec JOIN cgac USING (cgac_id) WHERE cgac_code = $3)
          )
        )
      )
    )
    AND ($7::text IS NULL OR upper(owner.display_tas) <> $7)
  )
  OR upper(owner.display_tas) = $8
)
