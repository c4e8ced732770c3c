package io.github.sae4j.loader.internal.format;

/**
 * The fields of SAELens's {@code cfg.json} that change nothing at inference: what its versions from 0.1 on wrote there of
 * the training, the data and the machine, none of which its {@code encode} and {@code decode} read.
 */
final class SaeLensFields {

    static final Inert INERT = Inert.none()
            .and("not needed: where it ran", "device", "act_store_device", "low_vram", "with_model")
            .and(Inert.DESCRIPTION, "metadata.*", "hook_layer", "hook_point_layer", "hook_eval", "hook_point_eval")
            .and(
                    Inert.DESCRIPTION,
                    "name",
                    "sae_id",
                    "release",
                    "version",
                    "sae_lens_training_version",
                    "tokens_per_buffer")
            // Of a type that these have nowhere else; where they have the usual one they are shown.
            .and(Inert.DESCRIPTION, "model_name", "hook_head_index", "hook_point", "hook_point_head_index")
            .and(Inert.DESCRIPTION, "dataset_path", "context_size", "prepend_bos", "neuronpedia_id")
            .and("not needed: how the language model was loaded", "model_class_name", "model_kwargs", "model_kwargs.*")
            .and("not needed: how the language model was loaded", "model_from_pretrained_kwargs")
            .and("not needed: of the data", "dataset_trust_remote_code", "streaming", "is_dataset_tokenized", "shuffle")
            .and("not needed: of the data", "seqpos_slice", "exclude_special_tokens", "disable_concat_sequences")
            .and(
                    "not needed: of the data",
                    "sequence_separator_token",
                    "tokenizer_name",
                    "split",
                    "data_files",
                    "data_dir")
            .and("not needed: of the data", "dataset_name", "column_name", "num_proc", "begin_batch_token")
            .and("not needed: of the data", "begin_sequence_token", "pretokenize_batch_size")
            .and("not needed: arguments of relu, which has none", "activation_fn_kwargs")
            .and(Inert.TRAINING, training())
            .and(Inert.TRAINING, logging());

    private SaeLensFields() {}

    private static String[] training() {
        return new String[] {
            "adam_beta1",
            "adam_beta2",
            "autocast",
            "autocast_lm",
            "aux_loss_coefficient",
            "b_dec_init_method",
            "buffer_size_gb",
            "cached_activations_path",
            "compile_llm",
            "compile_sae",
            "dead_feature_estimation_method",
            "dead_feature_threshold",
            "dead_feature_window",
            "decoder_heuristic_init",
            "decoder_heuristic_init_norm",
            "decoder_init_norm",
            "decoder_orthogonal_init",
            "eval_batch_size_prompts",
            "expansion_factor",
            "feature_reinit_scale",
            "feature_sampling_method",
            "feature_sampling_window",
            "finetuning_method",
            "finetuning_tokens",
            "from_pretrained_path",
            "ghost_grads",
            "hf_is_private_repo",
            "hf_num_shards",
            "hf_repo_id",
            "hf_revision",
            "init_encoder_as_decoder_transpose",
            "jumprelu_bandwidth",
            "jumprelu_init_threshold",
            "jumprelu_sparsity_loss_mode",
            "jumprelu_tanh_scale",
            "k_aux",
            "l0_coefficient",
            "l0_warm_up_steps",
            "l1_coefficient",
            "l1_warm_up_steps",
            "llm_compilation_mode",
            "lp_norm",
            "lr",
            "lr_decay_steps",
            "lr_end",
            "lr_scheduler_name",
            "lr_warm_up_steps",
            "matryoshka_widths",
            "model_batch_size",
            "model_training_steps",
            "mse_loss_normalization",
            "n_batches_in_buffer",
            "n_batches_in_store_buffer",
            "n_eval_batches",
            "n_eval_seqs",
            "n_restart_cycles",
            "n_shuffles_final",
            "n_shuffles_in_entire_dir",
            "n_shuffles_with_last_section",
            "new_cached_activations_path",
            "noise_scale",
            "normalize_sae_decoder",
            "pre_act_loss_coefficient",
            "resample_batches",
            "sae_compilation_mode",
            "scale_sparsity_penalty_by_decoder_norm",
            "seed",
            "shuffle_every_n_buffers",
            "sparse_initialization",
            "store_batch_size",
            "store_batch_size_prompts",
            "topk_threshold_lr",
            "total_training_samples",
            "total_training_steps",
            "total_training_tokens",
            "train_batch_size",
            "train_batch_size_samples",
            "train_batch_size_tokens",
            "training_tokens",
            "use_cached_activations",
            "use_ghost_grads",
            "use_sparse_activations",
            "warm_up_steps"
        };
    }

    private static String[] logging() {
        return new String[] {
            "checkpoint_path",
            "eval_every_n_wandb_logs",
            "log_activations_store_to_wandb",
            "log_optimizer_state_to_wandb",
            "log_to_wandb",
            "logger",
            "logger.*",
            "n_checkpoints",
            "output_path",
            "resume",
            "resume_from_checkpoint",
            "run_name",
            "save_final_checkpoint",
            "save_path",
            "verbose",
            "wandb_entity",
            "wandb_id",
            "wandb_log_frequency",
            "wandb_project"
        };
    }
}
